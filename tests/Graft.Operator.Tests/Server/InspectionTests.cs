using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Inputs;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>Inspections by the operator program, against a real API server.</summary>
public sealed class InspectionTests(ApiServer server) : ServerTest(server)
{
    private const string Name = "words";
    private static readonly string Digest = "sha256:" + new string('d', 64);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private ResourceClient<TrainingDataset> Datasets => new(Server.Client);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failed_inspection_waits_for_its_next_attempt_and_a_request_does_not_wait()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await ApplyAsync();
        var pod = await PodAsync();
        await Team.EndAsync(pod, 1, Report(new InspectionReport { Reason = Reasons.SourceUnavailable, Error = "nobody answers\u001b[2J" }));
        var failed = await UntilAsync("False/SourceUnavailable");

        Assert.Equal((InspectionDecider.Failed, 1, 1), (failed.Inspection!.State, failed.Inspection.Number, failed.Inspection.Failures));
        Assert.Equal(failed.Inspection.EndTime + TimeSpan.FromSeconds(30), failed.Inspection.NextTime);
        Assert.DoesNotContain('\u001b', failed.Get(ConditionTypes.Ready)!.Message);

        await ApplyAsync(rerun: "now");
        await Team.EndAsync(await PodAsync(after: pod), 0, Report(new InspectionReport { Digest = Digest, TrainRecords = 3 }));
        var ready = await UntilAsync("True/Available");

        Assert.Equal((Digest, 2, "now"), (ready.Digest, ready.Inspection!.Number, ready.Inspection.Rerun));
        var job = Assert.Single(await JobsAsync());
        Assert.Equal(ready.Inspection.JobName, job.Metadata.Name);
        Assert.Equal("team-queue", job.Metadata.Labels[GraftApi.KueueQueueLabel]);
        var plan = await new ResourceClient<V1ConfigMap>(Server.Client).GetAsync(
            new ObjectKey(Team.Namespace, job.Spec.Template.Spec.Volumes.Single(volume => volume.ConfigMap is not null).ConfigMap.Name),
            Cancellation);
        Assert.True(plan.Immutable);
        Assert.Equal("train.jsonl", InspectionPlan.Read(plan.Data["inspection.json"]).Dataset!.TrainFile);
    }

    [Fact]
    public async Task Once_its_end_is_in_the_status_a_job_may_go_and_plans_of_other_specs_go()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await ApplyAsync();
        var pod = await PodAsync();
        Assert.Null(Assert.Single(await JobsAsync()).Spec.TtlSecondsAfterFinished);
        await ApplyAsync(file: "other.jsonl");
        await Team.EndAsync(await PodAsync(after: pod), 0, Report(new InspectionReport { Digest = Digest }));
        await UntilAsync("True/Available");

        await Eventually.TrueAsync("the Job has its time", async () =>
            (await JobsAsync()) is [{ Spec.TtlSecondsAfterFinished: InspectionChildren.KeptSeconds }]);
        var plans = await new ResourceClient<V1ConfigMap>(Server.Client).ListAsync(
            Team.Namespace, "graft.dev/role=inspect", 10, null, Cancellation);
        Assert.Equal("other.jsonl", InspectionPlan.Read(Assert.Single(plans.Items).Data["inspection.json"]).Dataset!.TrainFile);
    }

    [Fact]
    public async Task An_end_is_remembered_without_its_job_and_a_job_without_an_end_is_made_anew()
    {
        await using (var first = await OperatorProcess.StartAsync(Server, Team.Namespace))
        {
            await ApplyAsync();
            await UntilAsync("Unknown/Inspecting");
            var lost = await PodAsync();
            await DeleteJobsAsync();
            await Team.EndAsync(await PodAsync(after: lost), 0, Report(new InspectionReport { Digest = Digest }));
            await UntilAsync("True/Available");
            await DeleteJobsAsync();
            await Task.Delay(Settled, Cancellation);
            Assert.Empty(await JobsAsync());
        }

        await using var second = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Task.Delay(Settled, Cancellation);
        Assert.Equal(0, await second.WritesAsync());
        Assert.Empty(await JobsAsync());
    }

    [Fact]
    public async Task A_plan_of_the_right_name_and_another_content_is_told_and_not_used()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        var dataset = await ApplyAsync();
        var pod = await PodAsync();
        // Asked for again before it is recorded, the first inspection would be the one that was asked for.
        await UntilAsync("Unknown/Inspecting");
        var configMaps = new ResourceClient<V1ConfigMap>(Server.Client);
        var plan = await configMaps.GetAsync(
            new ObjectKey(Team.Namespace, pod.Spec.Volumes.Single(volume => volume.ConfigMap is not null).ConfigMap.Name), Cancellation);
        await configMaps.DeleteAsync(ObjectKey.Of(plan), plan.Metadata.Uid, Cancellation);
        await configMaps.CreateAsync(
            new V1ConfigMap
            {
                Metadata = new V1ObjectMeta
                {
                    Name = plan.Metadata.Name,
                    NamespaceProperty = Team.Namespace,
                    OwnerReferences = plan.Metadata.OwnerReferences,
                },
                Data = new Dictionary<string, string> { ["inspection.json"] = "{}" },
            },
            "somebody",
            Cancellation);

        await ApplyAsync(rerun: "again");

        var refused = await UntilAsync("False/JobCreationFailed");
        Assert.Contains(plan.Metadata.Name, refused.Get(ConditionTypes.Ready)!.Message, StringComparison.Ordinal);
        Assert.Equal(dataset.Metadata.Uid, plan.Metadata.OwnerReferences[0].Uid);
    }

    private async Task<TrainingDataset> ApplyAsync(string? rerun = null, string? file = null)
    {
        return await Team.ApplyAsync(Datasets, new TrainingDataset
        {
            Metadata = new V1ObjectMeta
            {
                Name = Name,
                NamespaceProperty = Team.Namespace,
                Labels = new Dictionary<string, string> { [GraftApi.KueueQueueLabel] = "team-queue" },
            },
            Spec = new TrainingDatasetSpec
            {
                Source = new FileSource { Builtin = new BuiltinSource { Name = Name } },
                Rerun = rerun,
                TrainFile = file
            },
        });
    }

    private async Task<V1Pod> PodAsync(V1Pod? after = null)
    {
        V1Pod? pod = null;
        await Eventually.TrueAsync("there is another pod", async () =>
        {
            pod = await Team.PodAsync($"app.kubernetes.io/instance={Name}");
            return pod.Metadata.Uid != after?.Metadata.Uid;
        });
        return pod!;
    }

    private async Task<TrainingDatasetStatus> UntilAsync(string state)
    {
        TrainingDataset? dataset = null;
        await Eventually.TrueAsync($"the data set is {state}", async () =>
        {
            dataset = await Datasets.GetAsync(new ObjectKey(Team.Namespace, Name), Cancellation);
            var ready = dataset.Status.Get(ConditionTypes.Ready);
            return $"{ready?.Status}/{ready?.Reason}" == state && dataset.Status!.ObservedGeneration == dataset.Metadata.Generation;
        });
        return dataset!.Status!;
    }

    private async Task<IList<V1Job>> JobsAsync()
    {
        return (await Team.Jobs.ListAsync(Team.Namespace, "graft.dev/role=inspect", 10, null, Cancellation)).Items;
    }

    private async Task DeleteJobsAsync()
    {
        foreach (var job in await JobsAsync())
        {
            await Team.Jobs.DeleteAsync(ObjectKey.Of(job), job.Metadata.Uid, Cancellation);
        }
    }

    private static string Report(InspectionReport report)
    {
        return JsonSerializer.Serialize(report, PlanJson.WireOptions);
    }
}
