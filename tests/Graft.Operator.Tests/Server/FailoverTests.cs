using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Graft.Operator.Tests.Server;

/// <summary>
/// A leader that stands still with writes under way, while another one takes over and finishes its work: what the first then sends
/// must change nothing. Two real operators on a real API server, the first behind a proxy that makes its writes wait.
/// </summary>
public sealed class FailoverTests(ApiServer server) : ServerTest(server)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>How long whatever the first leader still does may take to show.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(8);

    /// <summary>All at once, each in a namespace of its own: they mostly wait.</summary>
    [Fact]
    public async Task What_a_stopped_leader_still_sends_changes_nothing()
    {
        await Task.WhenAll(
            TakeOverAsync("a status that waits for its turn", ProxyVerdict.AskToWait, IsStatus),
            TakeOverAsync("a status under way", ProxyVerdict.Hold, IsStatus),
            TakeOverAsync("a Job that waits for its turn", ProxyVerdict.AskToWait, IsJob),
            TakeOverAsync("a Job under way", ProxyVerdict.Hold, IsJob));
    }

    /// <summary>
    /// The first leader's write of some sort is stopped, then the leader itself; the second sees the run to its end, and the Job is
    /// deleted as by its time to live; then the first goes on.
    /// </summary>
    private async Task TakeOverAsync(string way, ProxyVerdict verdict, Func<HttpRequest, bool> which)
    {
        try
        {
            await TakeOverAsync(new Team(Server, await Server.CreateNamespaceAsync()), verdict, which);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new InvalidOperationException($"With {way}: {error.Message}", error);
        }
    }

    private async Task TakeOverAsync(Team team, ProxyVerdict verdict, Func<HttpRequest, bool> which)
    {
        await using var proxy = await ApiProxy.StartAsync(Server, RetryAfter);
        await using var first = await OperatorProcess.StartAsync(Server, team.Namespace, election: true, kubeconfig: proxy.Kubeconfig);
        await team.HaveInputsAsync();
        proxy.Decide = request => which(request) ? verdict : ProxyVerdict.Forward;
        await team.ApplyRunAsync();
        await Eventually.TrueAsync("a write waits", () => Task.FromResult(proxy.Stopped.Count > 0));
        await first.SignalAsync("STOP");

        await using var second = await OperatorProcess.StartAsync(Server, team.Namespace, election: true, reportUrl: first.ReportUrl);
        await team.EndAsync(await team.TrainerPodAsync(), 0, Runs.World.Result());
        var ended = await team.UntilAsync("True/Completed");
        await Eventually.TrueAsync("the Job has ended", async () =>
            Assert.Single(await team.TrainJobsAsync()).Status?.Conditions?.Any(
                condition => condition is { Type: "Complete", Status: "True" }) == true);
        var job = Assert.Single(await team.TrainJobsAsync());
        await team.Jobs.DeleteAsync(ObjectKey.Of(job), job.Metadata.Uid, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            "nothing is left of the training", async () => await TrainPodsAsync(team) == 0 && (await team.TrainJobsAsync()).Count == 0);

        proxy.Release();
        await first.SignalAsync("CONT");
        await Eventually.TrueAsync("the first has ended", () => Task.FromResult(first.HasExited));
        await Task.Delay(Aftermath, TestContext.Current.CancellationToken);

        var after = await team.Runs.GetAsync(new ObjectKey(team.Namespace, Team.RunName), TestContext.Current.CancellationToken);
        Assert.Equal(Text(ended), Text(after));
        await Eventually.TrueAsync(
            "no Job trains", async () => (await team.TrainJobsAsync()).Count == 0 && await TrainPodsAsync(team) == 0);
        Assert.Equal(verdict == ProxyVerdict.Hold, proxy.Late.Count > 0);
        Assert.False(second.HasExited);
    }

    private static async Task<int> TrainPodsAsync(Team team)
    {
        return (
            await team.Pods.ListAsync(team.Namespace, "graft.dev/role=train", 10, null, TestContext.Current.CancellationToken)).Items.Count;
    }

    private static string Text(AdapterTrainingRun run)
    {
        return $"{run.Status.Get(ConditionTypes.Succeeded)!.Reason} {run.Status!.CompletionTime:O} {run.Status.JobName} {KubernetesJson.Serialize(run.Status.Artifact)}";
    }

    private static bool IsStatus(HttpRequest request)
    {
        return request.Path.Value!.EndsWith($"/adaptertrainingruns/{Team.RunName}/status", StringComparison.Ordinal);
    }

    private static bool IsJob(HttpRequest request)
    {
        return HttpMethods.IsPost(request.Method) && request.Path.Value!.EndsWith("/jobs", StringComparison.Ordinal);
    }
}
