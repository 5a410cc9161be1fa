using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>The operator program against a real API server.</summary>
[Collection(ApiServer.Collection)]
public sealed class OperatorTests(ApiServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);
    private Team _team = null!;

    public async ValueTask InitializeAsync()
    {
        await server.RequireAsync();
        _team = new Team(server, await server.CreateNamespaceAsync());
    }

    public ValueTask DisposeAsync()
    {
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_run_goes_from_waiting_through_running_to_completed()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.ApplyRunAsync();
        await _team.UntilAsync("Unknown/Waiting");
        await _team.HaveInputsAsync();

        var pod = await _team.TrainerPodAsync();
        await _team.UntilAsync("Unknown/Waiting", words: "Unschedulable");
        await _team.RunAsync(pod);
        var running = await _team.UntilAsync("Unknown/Running");
        Assert.Equal("True", running.Status.Get(ConditionTypes.Running)!.Status);
        await _team.EndAsync(pod, 0, Runs.World.Result());
        var completed = await _team.UntilAsync("True/Completed");

        Assert.Equal("v1", completed.Status!.Artifact!.Version);
        Assert.Equal("1.5", completed.Status.Figures!.AdaptedLoss);
        Assert.NotNull(completed.Status.StartTime);
        Assert.NotNull(completed.Status.CompletionTime);
        string[] story = ["RunAccepted", "JobCreated", "RunStarted", "ArtifactPublished", "RunSucceeded"];
        await Eventually.TrueAsync("the events tell the story", async () => (await _team.EventsAsync()).Intersect(story).SequenceEqual(story));
        var plan = await _team.PlanAsync(completed);
        Assert.Equal(completed.Status.PlanHash, RecipeHash.Of(PlanJson.Read(plan.Data["plan.json"]).Recipe));
    }

    [Fact]
    public async Task A_converged_cluster_costs_no_write_not_after_applying_the_same_and_not_after_a_restart()
    {
        await using (var first = await OperatorProcess.StartAsync(server, _team.Namespace))
        {
            await _team.HaveInputsAsync();
            await _team.ApplyRunAsync(name: "done");
            await _team.EndAsync(await _team.TrainerPodAsync("done"), 0, Runs.World.Result());
            await _team.UntilAsync("True/Completed", "done");
            await _team.ApplyRunAsync();
            var pod = await _team.TrainerPodAsync();
            await _team.RunAsync(pod);
            await _team.UntilAsync("Unknown/Running");
            await Task.Delay(Settled, TestContext.Current.CancellationToken);
            var before = await _team.Runs.GetAsync(new ObjectKey(_team.Namespace, Team.RunName), TestContext.Current.CancellationToken);
            var writes = await first.WritesAsync();

            await _team.ApplyRunAsync();
            await Task.Delay(Settled, TestContext.Current.CancellationToken);

            var after = await _team.Runs.GetAsync(new ObjectKey(_team.Namespace, Team.RunName), TestContext.Current.CancellationToken);
            Assert.Equal(before.Metadata.ResourceVersion, after.Metadata.ResourceVersion);
            Assert.Equal(writes, await first.WritesAsync());
        }

        await using var second = await OperatorProcess.StartAsync(server, _team.Namespace);
        await Task.Delay(Settled, TestContext.Current.CancellationToken);
        Assert.Equal(0, await second.WritesAsync());
    }

    [Fact]
    public async Task An_operator_that_is_killed_at_any_stage_leaves_one_job_and_a_finished_run()
    {
        var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        try
        {
            await _team.HaveInputsAsync();
            await _team.ApplyRunAsync();
            // In the middle of planning: whether Job and status are written by now is a matter of luck.
            @operator = await ReplaceAsync(@operator);
            var pod = await _team.TrainerPodAsync();
            @operator = await ReplaceAsync(@operator);
            await _team.RunAsync(pod);
            await _team.UntilAsync("Unknown/Running");
            await @operator.KillAsync();
            await _team.EndAsync(pod, 0, Runs.World.Result());
            await using var last = await OperatorProcess.StartAsync(server, _team.Namespace, after: @operator);

            var run = await _team.UntilAsync("True/Completed");
            var job = Assert.Single(await _team.TrainJobsAsync());
            Assert.Equal(run.Status!.JobName, job.Metadata.Name);
        }
        finally
        {
            await @operator.DisposeAsync();
        }
    }

    [Fact]
    public async Task Editing_replaces_the_job_rerun_repeats_it_and_deleting_leaves_nothing()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.HaveInputsAsync();
        await _team.ApplyRunAsync();
        var first = (await _team.UntilAsync("Unknown/Waiting")).Status!.JobName;

        await _team.ApplyRunAsync(rank: 8);
        await Eventually.TrueAsync("there is one Job, another", async () =>
            (await _team.TrainJobsAsync()).Select(job => job.Metadata.Name).ToList() is [var name] && name != first);
        await _team.EndAsync(await _team.TrainerPodAsync(), 0, Runs.World.Result());
        var second = (await _team.UntilAsync("True/Completed")).Status!.JobName;

        await _team.ApplyRunAsync(rank: 8, rerun: "again");
        var again = await _team.UntilAsync("Unknown/Waiting");
        Assert.NotEqual(second, again.Status!.JobName);
        Assert.Null(again.Status.Artifact);

        await _team.Runs.DeleteAsync(new ObjectKey(_team.Namespace, Team.RunName), again.Metadata.Uid, TestContext.Current.CancellationToken);
        var plans = new ResourceClient<V1ConfigMap>(server.Client);
        await Eventually.TrueAsync("nothing is left", async () =>
            (await _team.TrainJobsAsync()).Count == 0
            && (await _team.Pods.ListAsync(_team.Namespace, "graft.dev/role=train", 10, null, CancellationToken.None)).Items.Count == 0
            && (await plans.ListAsync(_team.Namespace, "graft.dev/role=train", 10, null, CancellationToken.None)).Items.Count == 0);
    }

    [Fact]
    public async Task A_published_adapter_is_published_again_at_another_place_without_training()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.HaveInputsAsync();
        await _team.ApplyRunAsync();
        await _team.EndAsync(await _team.TrainerPodAsync(), 0, Runs.World.Result());
        var trained = (await _team.UntilAsync("True/Completed")).Status!;

        await _team.ApplyRunAsync(repository: "elsewhere.example/adapters");
        var pod = await _team.PodAsync("graft.dev/role=publish");
        var copied = Runs.World.Result().Replace("registry.example/adapters/quick:v1", "elsewhere.example/adapters/quick:v1", StringComparison.Ordinal);
        await _team.EndAsync(pod, 0, copied);

        AdapterTrainingRun? run = null;
        await Eventually.TrueAsync("the status names the new place", async () =>
            (run = await _team.UntilAsync("True/Completed")).Status!.Artifact!.Reference!.StartsWith("elsewhere.example/", StringComparison.Ordinal));
        Assert.Equal("True", run!.Status.Get(ConditionTypes.ArtifactPublished)!.Status);
        Assert.Equal((trained.PlanHash, trained.JobName, trained.CompletionTime), (run.Status!.PlanHash, run.Status.JobName, run.Status.CompletionTime));
        Assert.Single(await _team.TrainJobsAsync());
    }

    [Fact]
    public async Task A_failing_trainer_is_not_repeated_where_repeating_cannot_help()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.HaveInputsAsync();
        await _team.ApplyRunAsync();

        await _team.EndAsync(await _team.TrainerPodAsync(), 3, Runs.World.Result("Failed", Reasons.BadData, "train.jsonl:7: the field output is missing"));

        var failed = await _team.UntilAsync("False/BadData");
        Assert.Contains("train.jsonl:7", failed.Status.Get(ConditionTypes.Succeeded)!.Message, StringComparison.Ordinal);
        Assert.Equal("True", failed.Status.Get(ConditionTypes.Stalled)!.Status);
        Assert.Single((await _team.Pods.ListAsync(_team.Namespace, "graft.dev/role=train", 10, null, TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task A_job_that_the_server_refuses_stalls_the_run_until_the_obstacle_is_gone()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.HaveInputsAsync();
        var quotas = new ResourceClient<V1ResourceQuota>(server.Client);
        var quota = await quotas.CreateAsync(
            new V1ResourceQuota
            {
                Metadata = new V1ObjectMeta { Name = "none", NamespaceProperty = _team.Namespace },
                Spec = new V1ResourceQuotaSpec { Hard = new Dictionary<string, ResourceQuantity> { ["count/jobs.batch"] = new("0") } },
            },
            "tests",
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync("the quota counts", async () =>
            (await quotas.GetAsync(Runtime(quota), TestContext.Current.CancellationToken)).Status?.Hard?.Count > 0);

        await _team.ApplyRunAsync();
        var refused = await _team.UntilAsync("Unknown/JobCreationFailed");
        Assert.Contains("exceeded quota", refused.Status.Get(ConditionTypes.Stalled)!.Message, StringComparison.Ordinal);

        await quotas.DeleteAsync(Runtime(quota), quota.Metadata.Uid, TestContext.Current.CancellationToken);
        await _team.UntilAsync("Unknown/Waiting");
    }

    [Fact]
    public async Task A_pod_that_the_cluster_refuses_is_said_in_its_words_until_the_obstacle_is_gone()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.HaveInputsAsync();
        var quotas = new ResourceClient<V1ResourceQuota>(server.Client);
        var quota = await quotas.CreateAsync(
            new V1ResourceQuota
            {
                Metadata = new V1ObjectMeta { Name = "none", NamespaceProperty = _team.Namespace },
                Spec = new V1ResourceQuotaSpec { Hard = new Dictionary<string, ResourceQuantity> { ["pods"] = new("0") } },
            },
            "tests",
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync("the quota counts", async () =>
            (await quotas.GetAsync(Runtime(quota), TestContext.Current.CancellationToken)).Status?.Hard?.Count > 0);

        await _team.ApplyRunAsync();
        // The Job controller says it by event only.
        await _team.UntilAsync("Unknown/Pending", words: "exceeded quota: none");

        await quotas.DeleteAsync(Runtime(quota), quota.Metadata.Uid, TestContext.Current.CancellationToken);
        await _team.UntilAsync("Unknown/Waiting", words: "Unschedulable");
    }

    [Fact]
    public async Task An_api_server_that_is_killed_and_comes_back_finds_an_operator_that_goes_on()
    {
        await using var @operator = await OperatorProcess.StartAsync(server, _team.Namespace);
        await _team.HaveInputsAsync();

        await server.ControlAsync("kill", "apiserver");
        await Task.Delay(Settled, TestContext.Current.CancellationToken);
        await server.ControlAsync("start", "apiserver");
        await Eventually.TrueAsync("the API server answers", async () =>
        {
            try
            {
                await _team.ApplyRunAsync();
                return true;
            }
            catch (Exception error) when (error is HttpRequestException or ApiException)
            {
                return false;
            }
        });

        await _team.EndAsync(await _team.TrainerPodAsync(), 0, Runs.World.Result());
        await _team.UntilAsync("True/Completed");
        Assert.False(@operator.HasExited);
    }

    [Fact]
    public async Task A_leader_that_hangs_is_replaced_and_ends_when_it_wakes_up()
    {
        await using var first = await OperatorProcess.StartAsync(server, _team.Namespace, election: true);
        await Eventually.TrueAsync("the first leads", async () => await LeaderAsync() == first.Name);
        await using var second = await OperatorProcess.StartAsync(server, _team.Namespace, election: true);

        await first.SignalAsync("STOP");
        await Eventually.TrueAsync("the second leads", async () => await LeaderAsync() == second.Name);
        await _team.HaveInputsAsync();
        await _team.ApplyRunAsync();
        await _team.TrainerPodAsync();
        await first.SignalAsync("CONT");

        await Eventually.TrueAsync("the first has ended", () => Task.FromResult(first.HasExited));
        Assert.NotEqual(0, first.ExitCode);
        Assert.Single(await _team.TrainJobsAsync());
        Assert.Contains($"waits: {first.Name}", second.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_that_is_stopped_gives_the_lease_back_at_once()
    {
        await using var first = await OperatorProcess.StartAsync(server, _team.Namespace, election: true);
        await Eventually.TrueAsync("the first leads", async () => await LeaderAsync() == first.Name);

        await first.SignalAsync("TERM");
        await Eventually.TrueAsync("the first has ended", () => Task.FromResult(first.HasExited));

        Assert.Equal(0, first.ExitCode);
        Assert.Equal("", await LeaderAsync());
    }

    private async Task<string?> LeaderAsync()
    {
        var lease = await new ResourceClient<V1Lease>(server.Client)
            .FindAsync(new ObjectKey(_team.Namespace, "graft-operator"), TestContext.Current.CancellationToken);
        return lease is null ? null : lease.Spec.HolderIdentity?.Split('_')[0] ?? "";
    }

    private async Task<OperatorProcess> ReplaceAsync(OperatorProcess old)
    {
        await old.KillAsync();
        await old.DisposeAsync();
        return await OperatorProcess.StartAsync(server, _team.Namespace, after: old);
    }

    private static ObjectKey Runtime(V1ResourceQuota quota)
    {
        return ObjectKey.Of(quota);
    }
}
