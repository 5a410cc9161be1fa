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
[Collection(ApiServer.Collection)]
public sealed class FailoverTests(ApiServer server) : IAsyncLifetime
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>How long whatever the first leader still does may take to show.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(8);

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
    public Task A_status_that_waits_for_its_turn_is_not_written_when_another_leads()
    {
        return TakeOverAsync(ProxyVerdict.AskToWait, request => IsStatus(request));
    }

    [Fact]
    public Task A_status_that_is_under_way_is_refused_when_it_is_out_of_date()
    {
        return TakeOverAsync(ProxyVerdict.Hold, request => IsStatus(request));
    }

    [Fact]
    public Task A_job_that_waits_for_its_turn_is_not_created_when_another_leads()
    {
        return TakeOverAsync(ProxyVerdict.AskToWait, request => IsJob(request));
    }

    [Fact]
    public Task A_job_that_is_under_way_is_deleted_when_its_run_has_ended()
    {
        return TakeOverAsync(ProxyVerdict.Hold, request => IsJob(request));
    }

    /// <summary>
    /// The first leader's write of some sort is stopped, then the leader itself; the second sees the run to its end, and the Job is
    /// deleted as by its time to live; then the first goes on.
    /// </summary>
    private async Task TakeOverAsync(ProxyVerdict verdict, Func<HttpRequest, bool> which)
    {
        await using var proxy = await ApiProxy.StartAsync(server, RetryAfter);
        await using var first = await OperatorProcess.StartAsync(server, _team.Namespace, election: true, kubeconfig: proxy.Kubeconfig);
        await _team.HaveInputsAsync();
        proxy.Decide = request => which(request) ? verdict : ProxyVerdict.Forward;
        await _team.ApplyRunAsync();
        await Eventually.TrueAsync("a write waits", () => Task.FromResult(proxy.Stopped.Count > 0));
        await first.SignalAsync("STOP");

        await using var second = await OperatorProcess.StartAsync(server, _team.Namespace, election: true, reportUrl: first.ReportUrl);
        await _team.EndAsync(await _team.TrainerPodAsync(), 0, Runs.World.Result());
        var ended = await _team.UntilAsync("True/Completed");
        await Eventually.TrueAsync("the Job has ended", async () =>
            Assert.Single(await _team.TrainJobsAsync()).Status?.Conditions?.Any(condition => condition is { Type: "Complete", Status: "True" }) == true);
        var job = Assert.Single(await _team.TrainJobsAsync());
        await _team.Jobs.DeleteAsync(ObjectKey.Of(job), job.Metadata.Uid, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync("nothing is left of the training", async () => await TrainPodsAsync() == 0 && (await _team.TrainJobsAsync()).Count == 0);

        proxy.Release();
        await first.SignalAsync("CONT");
        await Eventually.TrueAsync("the first has ended", () => Task.FromResult(first.HasExited));
        await Task.Delay(Aftermath, TestContext.Current.CancellationToken);

        var after = await _team.Runs.GetAsync(new ObjectKey(_team.Namespace, Team.RunName), TestContext.Current.CancellationToken);
        Assert.Equal(Text(ended), Text(after));
        await Eventually.TrueAsync("no Job trains", async () => (await _team.TrainJobsAsync()).Count == 0 && await TrainPodsAsync() == 0);
        Assert.Equal(verdict == ProxyVerdict.Hold, proxy.Late.Count > 0);
        Assert.False(second.HasExited);
    }

    private async Task<int> TrainPodsAsync()
    {
        return (await _team.Pods.ListAsync(_team.Namespace, "graft.dev/role=train", 10, null, TestContext.Current.CancellationToken)).Items.Count;
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
