using Graft.Api.V1Alpha1;
using Graft.Operator.Controllers;
using Graft.Operator.Runtime;
using k8s;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>
/// Many finished runs whose Jobs are gone: neither a restart nor a change of an input that all of them name plans one of them anew,
/// writes or creates anything. A hundred here; <c>make soak-operator</c> has 10,000.
/// </summary>
public sealed class FinishedRunsTests(ApiServer server) : ServerTest(server)
{
    private const int UsualRuns = 100;
    private const int Writers = 8;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly int Count = PositiveNumber.Of("GRAFT_SCALE_RUNS", UsualRuns);

    [Fact]
    public async Task Neither_a_restart_nor_a_look_at_all_of_them_plans_a_finished_run_anew()
    {
        OperatorProcess first;
        AdapterTrainingRun trained;
        await using (first = await OperatorProcess.StartAsync(Server, Team.Namespace))
        {
            await Team.HaveInputsAsync();
            await Team.ApplyRunAsync();
            await Team.EndAsync(await Team.TrainerPodAsync(), 0, Runs.World.Result());
            await Team.UntilAsync("True/Completed");
            await first.UntilQuietAsync();
            trained = await Team.UntilAsync("True/Completed");
            Assert.True(await first.PlansAsync() > 0);
        }

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = TestContext.Current.CancellationToken },
            async (number, cancellationToken) =>
                await FinishAsync(await Team.ApplyRunAsync(name: $"finished-{number}"), trained.Status!, cancellationToken));

        await using var second = await OperatorProcess.StartAsync(Server, Team.Namespace, after: first);
        await Eventually.TrueAsync("each run was looked at", async () => await second.LooksAsync() > Count, Patience);
        await Task.Delay(Settled, TestContext.Current.CancellationToken);
        await AssertUntouchedAsync(second);

        var looks = await second.LooksAsync();
        var models = new ResourceClient<BaseModel>(Server.Client);
        await models.MergePatchAsync(
            new ObjectKey(Team.Namespace, "tiny"), new { metadata = new { labels = new { seen = "again" } } }, null, "somebody",
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync("each run was looked at again", async () => await second.LooksAsync() - looks > Count, Patience);
        await Task.Delay(Settled, TestContext.Current.CancellationToken);
        await AssertUntouchedAsync(second);
        Assert.Single(await Team.TrainJobsAsync());
    }

    /// <summary>Writes the status of a run that has ended, as the operator does, for another one of the same spec.</summary>
    private async Task FinishAsync(AdapterTrainingRun run, TrainingRunStatus ended, CancellationToken cancellationToken)
    {
        var status = KubernetesJson.Deserialize<TrainingRunStatus>(KubernetesJson.Serialize(ended));
        status.JobName = $"{run.Metadata.Name}-gone";
        status.Progress = null;
        await Team.Runs.ApplyStatusAsync(run, status, StatusWriter.FieldManager, cancellationToken);
    }

    private static async Task AssertUntouchedAsync(OperatorProcess @operator)
    {
        Assert.Equal(0, await @operator.PlansAsync());
        Assert.Equal(0, await @operator.WritesAsync());
    }
}
