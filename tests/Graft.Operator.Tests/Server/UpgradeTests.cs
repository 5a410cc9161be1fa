using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>
/// Two builds of the operator take turns on a real API server: this one, and one of a release to come, in whose form every recipe has
/// another hash. Neither creates or deletes anything for what the other has finished or started.
/// </summary>
public sealed class UpgradeTests(ApiServer server) : ServerTest(server)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Neither_an_upgrade_nor_a_restart_nor_a_downgrade_creates_or_deletes_anything()
    {
        OperatorProcess latest;
        await using (latest = await OperatorProcess.StartAsync(Server, Team.Namespace))
        {
            await Team.HaveInputsAsync();
            await MakeAsync(latest, "done", "failed", "running");
            Assert.True(await latest.PlansAsync() >= 3);
        }

        var before = await EverythingAsync();
        foreach (var next in new[] { true, true, false })
        {
            latest = await TakeOverAsync(latest, next, before);
        }

        // A run of each release, and the other release over both.
        await using (latest = await OperatorProcess.StartAsync(Server, Team.Namespace, after: latest, next: true))
        {
            await MakeAsync(latest, "later-done", "later-failed", "later-running");
        }

        Assert.NotEqual((await RunAsync("done")).Status!.PlanHash, (await RunAsync("later-done")).Status!.PlanHash);
        before = await EverythingAsync();
        foreach (var next in new[] { false, true, false })
        {
            latest = await TakeOverAsync(latest, next, before);
        }

        // What runs is followed to its end by whichever release is there.
        await using var last = await OperatorProcess.StartAsync(Server, Team.Namespace, after: latest);
        foreach (var name in new[] { "running", "later-running" })
        {
            await Team.EndAsync(await Team.TrainerPodAsync(name), 0, Runs.World.Result());
            await Team.UntilAsync("True/Completed", name);
        }

        // What a later release has planned is not trained anew for an edit that this one cannot read.
        await Team.ApplyRunAsync(name: "later-done", rank: 8);
        AdapterTrainingRun? edited = null;
        await Eventually.TrueAsync("the edit is answered", async () =>
            (edited = await RunAsync("later-done")).Status.Get(ConditionTypes.Accepted)!.Reason == Reasons.PlannedByLaterRelease);
        Assert.Equal("True", edited!.Status.Get(ConditionTypes.Succeeded)!.Status);
        Assert.Equal(6, (await Team.TrainJobsAsync()).Count);
    }

    /// <summary>Makes a run that has succeeded, one that has failed, and one that runs.</summary>
    private async Task MakeAsync(OperatorProcess @operator, string done, string failed, string running)
    {
        await Team.ApplyRunAsync(name: done);
        await Team.EndAsync(await Team.TrainerPodAsync(done), 0, Runs.World.Result());
        await Team.UntilAsync("True/Completed", done);
        await Team.ApplyRunAsync(name: failed);
        await Team.EndAsync(await Team.TrainerPodAsync(failed), 3, Runs.World.Result("Failed", Reasons.BadData, "the data are bad"));
        await Team.UntilAsync("False/BadData", failed);
        await Team.ApplyRunAsync(name: running);
        await Team.RunAsync(await Team.TrainerPodAsync(running));
        await Team.UntilAsync("Unknown/Running", running);
        await @operator.UntilQuietAsync();
    }

    /// <summary>Starts a release, and asserts that it leaves everything as it is.</summary>
    private async Task<OperatorProcess> TakeOverAsync(OperatorProcess after, bool next, string before)
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace, after: after, next: next);
        await Task.Delay(Settled, TestContext.Current.CancellationToken);
        Assert.Equal(before, await EverythingAsync());
        Assert.Equal(0, await @operator.CreationsAndDeletionsAsync());
        Assert.Equal(0, await @operator.PlansAsync());
        return @operator;
    }

    /// <summary>Who is who, and what each run says.</summary>
    private async Task<string> EverythingAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var children = new List<IMetadata<V1ObjectMeta>>();
        children.AddRange((await Team.Jobs.ListAsync(Team.Namespace, null, 500, null, cancellationToken)).Items);
        children.AddRange((await Team.Pods.ListAsync(Team.Namespace, null, 500, null, cancellationToken)).Items);
        children.AddRange((await new ResourceClient<V1ConfigMap>(Server.Client).ListAsync(
            Team.Namespace, "graft.dev/role", 500, null, cancellationToken)).Items);
        var runs = (await Team.Runs.ListAsync(Team.Namespace, null, 500, null, cancellationToken)).Items;
        return string.Join(
            '\n', children.Select(child => $"{child.Metadata.Name} {child.Metadata.Uid} {child.Metadata.DeletionTimestamp}").Order())
            + string.Join('\n', runs.Select(run => $"{run.Metadata.Name} {run.Status!.PlanHash} {run.Status.JobName} {run.Status.CompletionTime:O} "
                + $"{KubernetesJson.Serialize(run.Status.Get(ConditionTypes.Succeeded)!)}").Order());
    }

    private Task<AdapterTrainingRun> RunAsync(string name)
    {
        return Team.Runs.GetAsync(new ObjectKey(Team.Namespace, name), TestContext.Current.CancellationToken);
    }
}
