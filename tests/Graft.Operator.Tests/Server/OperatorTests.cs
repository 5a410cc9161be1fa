using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>The operator program against a real API server.</summary>
public sealed class OperatorTests(ApiServer server) : ServerTest(server)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_run_goes_from_waiting_through_running_to_completed()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.ApplyRunAsync();
        await Team.UntilAsync("Unknown/Waiting");
        await Team.HaveInputsAsync();

        var pod = await Team.TrainerPodAsync();
        await Team.UntilAsync("Unknown/Waiting", words: "Unschedulable");
        await Team.RunAsync(pod);
        var running = await Team.UntilAsync("Unknown/Running");
        Assert.Equal("True", running.Status.Get(ConditionTypes.Running)!.Status);
        await Team.EndAsync(pod, 0, Runs.World.Result());
        var completed = await Team.UntilAsync("True/Completed");

        Assert.Equal("v1", completed.Status!.Artifact!.Version);
        Assert.Equal("1.5", completed.Status.Figures!.AdaptedLoss);
        Assert.NotNull(completed.Status.StartTime);
        Assert.NotNull(completed.Status.CompletionTime);
        string[] story = ["RunAccepted", "JobCreated", "RunStarted", "ArtifactPublished", "RunSucceeded"];
        await Eventually.TrueAsync(
            "the events tell the story", async () => (await Team.EventsAsync()).Intersect(story).SequenceEqual(story));
        var plan = await Team.PlanAsync(completed);
        Assert.Equal(completed.Status.PlanHash, RecipeHash.Of(PlanJson.Read(plan.Data["plan.json"]).Recipe));
    }

    [Fact]
    public async Task A_converged_cluster_costs_no_write_not_after_applying_the_same_and_not_after_a_restart()
    {
        await using (var first = await OperatorProcess.StartAsync(Server, Team.Namespace))
        {
            await Team.HaveInputsAsync();
            await Team.ApplyRunAsync(name: "done");
            await Team.EndAsync(await Team.TrainerPodAsync("done"), 0, Runs.World.Result());
            await Team.UntilAsync("True/Completed", "done");
            await Team.ApplyRunAsync();
            var pod = await Team.TrainerPodAsync();
            await Team.RunAsync(pod);
            await Team.UntilAsync("Unknown/Running");
            await first.UntilQuietAsync();
            var before = await Team.Runs.GetAsync(new ObjectKey(Team.Namespace, Team.RunName), TestContext.Current.CancellationToken);
            var writes = await first.WritesAsync();

            await Team.ApplyRunAsync();
            await Task.Delay(Settled, TestContext.Current.CancellationToken);

            var after = await Team.Runs.GetAsync(new ObjectKey(Team.Namespace, Team.RunName), TestContext.Current.CancellationToken);
            Assert.Equal(before.Metadata.ResourceVersion, after.Metadata.ResourceVersion);
            Assert.Equal(writes, await first.WritesAsync());
        }

        await using var second = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Task.Delay(Settled, TestContext.Current.CancellationToken);
        Assert.Equal(0, await second.WritesAsync());
    }

    [Fact]
    public async Task An_operator_that_is_killed_at_any_stage_leaves_one_job_and_a_finished_run()
    {
        var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        try
        {
            await Team.HaveInputsAsync();
            await Team.ApplyRunAsync();
            // In the middle of planning: whether Job and status are written by now is a matter of luck.
            @operator = await ReplaceAsync(@operator);
            var pod = await Team.TrainerPodAsync();
            @operator = await ReplaceAsync(@operator);
            await Team.RunAsync(pod);
            await Team.UntilAsync("Unknown/Running");
            await @operator.KillAsync();
            await Team.EndAsync(pod, 0, Runs.World.Result());
            await using var last = await OperatorProcess.StartAsync(Server, Team.Namespace, after: @operator);

            var run = await Team.UntilAsync("True/Completed");
            var job = Assert.Single(await Team.TrainJobsAsync());
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
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.HaveInputsAsync();
        await Team.ApplyRunAsync();
        var first = (await Team.UntilAsync("Unknown/Waiting")).Status!.JobName;

        await Team.ApplyRunAsync(rank: 8);
        await Eventually.TrueAsync("there is one Job, another", async () =>
            (await Team.TrainJobsAsync()).Select(job => job.Metadata.Name).ToList() is [var name] && name != first);
        await Team.EndAsync(await Team.TrainerPodAsync(), 0, Runs.World.Result());
        var second = (await Team.UntilAsync("True/Completed")).Status!.JobName;

        await Team.ApplyRunAsync(rank: 8, rerun: "again");
        var again = await Team.UntilAsync("Unknown/Waiting");
        Assert.NotEqual(second, again.Status!.JobName);
        Assert.Null(again.Status.Artifact);

        await Team.Runs.DeleteAsync(new ObjectKey(Team.Namespace, Team.RunName), again.Metadata.Uid, TestContext.Current.CancellationToken);
        var plans = new ResourceClient<V1ConfigMap>(Server.Client);
        await Eventually.TrueAsync("nothing is left", async () =>
            (await Team.TrainJobsAsync()).Count == 0
            && (await Team.Pods.ListAsync(Team.Namespace, "graft.dev/role=train", 10, null, CancellationToken.None)).Items.Count == 0
            && (await plans.ListAsync(Team.Namespace, "graft.dev/role=train", 10, null, CancellationToken.None)).Items.Count == 0);
    }

    [Fact]
    public async Task A_published_adapter_is_published_again_at_another_place_without_training()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.HaveInputsAsync();
        await Team.ApplyRunAsync();
        await Team.EndAsync(await Team.TrainerPodAsync(), 0, Runs.World.Result());
        var trained = (await Team.UntilAsync("True/Completed")).Status!;

        await Team.ApplyRunAsync(repository: "elsewhere.example/adapters");
        var pod = await Team.PodAsync("graft.dev/role=publish");
        var copied = Runs.World.Result().Replace(
            "registry.example/adapters/quick:v1", "elsewhere.example/adapters/quick:v1", StringComparison.Ordinal);
        await Team.EndAsync(pod, 0, copied);

        AdapterTrainingRun? run = null;
        await Eventually.TrueAsync("the status names the new place", async () =>
            (run = await Team.UntilAsync("True/Completed")).Status!.Artifact!.Reference!.StartsWith(
                "elsewhere.example/", StringComparison.Ordinal));
        Assert.Equal("True", run!.Status.Get(ConditionTypes.ArtifactPublished)!.Status);
        Assert.Equal((trained.PlanHash, trained.JobName, trained.CompletionTime), (
            run.Status!.PlanHash, run.Status.JobName, run.Status.CompletionTime));
        Assert.Single(await Team.TrainJobsAsync());
    }

    [Fact]
    public async Task A_failing_trainer_is_not_repeated_where_repeating_cannot_help()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.HaveInputsAsync();
        await Team.ApplyRunAsync();

        await Team.EndAsync(
            await Team.TrainerPodAsync(), 3, Runs.World.Result("Failed", Reasons.BadData, "train.jsonl:7: the field output is missing"));

        var failed = await Team.UntilAsync("False/BadData");
        Assert.Contains("train.jsonl:7", failed.Status.Get(ConditionTypes.Succeeded)!.Message, StringComparison.Ordinal);
        Assert.Equal("True", failed.Status.Get(ConditionTypes.Stalled)!.Status);
        Assert.Single(
            (await Team.Pods.ListAsync(Team.Namespace, "graft.dev/role=train", 10, null, TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task A_job_that_the_server_refuses_stalls_the_run_until_the_obstacle_is_gone()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.HaveInputsAsync();
        var quota = await Team.ForbidAsync("count/jobs.batch");

        await Team.ApplyRunAsync();
        var refused = await Team.UntilAsync("Unknown/JobCreationFailed");
        Assert.Contains("exceeded quota", refused.Status.Get(ConditionTypes.Stalled)!.Message, StringComparison.Ordinal);

        await Team.AllowAsync(quota);
        await Team.UntilAsync("Unknown/Waiting");
    }

    [Fact]
    public async Task A_pod_that_the_cluster_refuses_is_said_in_its_words_until_the_obstacle_is_gone()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.HaveInputsAsync();
        var quota = await Team.ForbidAsync("pods");

        await Team.ApplyRunAsync();
        // The Job controller says it by event only.
        await Team.UntilAsync("Unknown/Pending", words: "exceeded quota: none");

        await Team.AllowAsync(quota);
        await Team.UntilAsync("Unknown/Waiting", words: "Unschedulable");
    }

    [Fact]
    public async Task An_api_server_that_is_killed_and_comes_back_finds_an_operator_that_goes_on()
    {
        await using var @operator = await OperatorProcess.StartAsync(Server, Team.Namespace);
        await Team.HaveInputsAsync();

        await Server.ControlAsync("kill", "apiserver");
        await Task.Delay(Settled, TestContext.Current.CancellationToken);
        await Server.ControlAsync("start", "apiserver");
        await Eventually.TrueAsync("the API server answers", async () =>
        {
            try
            {
                await Team.ApplyRunAsync();
                return true;
            }
            catch (Exception error) when (error is HttpRequestException or ApiException)
            {
                return false;
            }
        });

        await Team.EndAsync(await Team.TrainerPodAsync(), 0, Runs.World.Result());
        await Team.UntilAsync("True/Completed");
        Assert.False(@operator.HasExited);
    }

    [Fact]
    public async Task A_leader_that_hangs_is_replaced_and_ends_when_it_wakes_up()
    {
        await using var first = await OperatorProcess.StartAsync(Server, Team.Namespace, election: true);
        await Eventually.TrueAsync("the first leads", async () => await LeaderAsync() == first.Name);
        await using var second = await OperatorProcess.StartAsync(Server, Team.Namespace, election: true);

        await first.SignalAsync("STOP");
        await Eventually.TrueAsync("the second leads", async () => await LeaderAsync() == second.Name);
        await Team.HaveInputsAsync();
        await Team.ApplyRunAsync();
        await Team.TrainerPodAsync();
        await first.SignalAsync("CONT");

        await Eventually.TrueAsync("the first has ended", () => Task.FromResult(first.HasExited));
        Assert.NotEqual(0, first.ExitCode);
        Assert.Single(await Team.TrainJobsAsync());
        Assert.Contains($"waits: {first.Name}", second.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_that_is_stopped_gives_the_lease_back_at_once()
    {
        await using var first = await OperatorProcess.StartAsync(Server, Team.Namespace, election: true);
        await Eventually.TrueAsync("the first leads", async () => await LeaderAsync() == first.Name);

        await first.SignalAsync("TERM");
        await Eventually.TrueAsync("the first has ended", () => Task.FromResult(first.HasExited));

        Assert.Equal(0, first.ExitCode);
        Assert.Equal("", await LeaderAsync());
    }

    private async Task<string?> LeaderAsync()
    {
        var lease = await new ResourceClient<V1Lease>(Server.Client)
            .FindAsync(new ObjectKey(Team.Namespace, "graft-operator"), TestContext.Current.CancellationToken);
        return lease is null ? null : lease.Spec.HolderIdentity?.Split('_')[0] ?? "";
    }

    private async Task<OperatorProcess> ReplaceAsync(OperatorProcess old)
    {
        await old.KillAsync();
        await old.DisposeAsync();
        return await OperatorProcess.StartAsync(Server, Team.Namespace, after: old);
    }
}
