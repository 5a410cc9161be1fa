using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>An operator that is killed again and again while a run goes on.</summary>
[Collection(ClusterCollection.Name)]
public sealed class OperatorCrashTests
{
    private readonly GraftCluster _cluster;

    public OperatorCrashTests(GraftCluster cluster)
    {
        cluster.Require();
        _cluster = cluster;
    }

    [Fact]
    public async Task Killing_the_operator_at_any_stage_ends_with_one_job_and_one_version()
    {
        var kubectl = _cluster.Kubectl;
        var ns = await _cluster.CreateNamespaceAsync("crash");
        var name = Quickstart.RunName;
        var start = _cluster.Audit.Position;
        await kubectl.ApplyAsync(Quickstart.Short(steps: 40).ToString(), "--namespace", ns);

        // At once; when the run's Job is there; while it trains.
        await KillOperatorAsync();
        await kubectl.WaitAsync(ns, "the run has a Job", async () =>
            (await kubectl.ListAsync(ns, "jobs")).Any(job => job["metadata"]!["labels"]?["graft.dev/role"]?.GetValue<string>() == "train"));
        await KillOperatorAsync();
        await kubectl.WaitAsync(ns, "the run's pod has started", async () =>
            (await kubectl.ListAsync(ns, "pods")).Any(HasStarted));
        await KillOperatorAsync();

        await kubectl.WaitAsync(ns, "the run has succeeded", async () =>
            (await kubectl.FindAsync(ns, "adaptertrainingrun", name))?.State("Succeeded") == "True/Completed");
        var created = _cluster.Audit.WritesSince(start)
            .Where(write => write is { Verb: "create", Resource: "jobs", Code: 201 } && write.Namespace == ns)
            .Select(write => write.Name)
            .ToList();
        Assert.Equal(created.Distinct(), created);
        Assert.Single(created, job => job.StartsWith($"{name}-", StringComparison.Ordinal));
        Assert.Equal(["v1"], await TagsAsync($"adapters/{ns}/{name}"));
    }

    private async Task KillOperatorAsync()
    {
        const string Namespace = GraftCluster.SystemNamespace;
        var pod = Assert.Single(await _cluster.Kubectl.ListAsync(Namespace, "pods"));
        var restarts = Restarts(pod);
        await _cluster.KillContainerAsync(Namespace, pod.Name());
        await _cluster.Kubectl.WaitAsync(Namespace, "the operator is back", async () =>
        {
            var now = await _cluster.Kubectl.FindAsync(Namespace, "pod", pod.Name());
            return now is not null && Restarts(now) > restarts && now["status"]!["containerStatuses"]![0]!["state"]!["running"] is not null;
        });
    }

    private async Task<IEnumerable<string>> TagsAsync(string repository)
    {
        var address = $"http://{GraftCluster.Registry}/v2/{repository}/tags/list";
        var answer = (await _cluster.ExecAsync("curl", "--silent", "--fail", address)).Succeeded();
        return JsonNode.Parse(answer)!["tags"]!.AsArray().Select(tag => tag!.GetValue<string>());
    }

    private static bool HasStarted(JsonNode pod)
    {
        return pod["metadata"]!["labels"]?["graft.dev/role"]?.GetValue<string>() == "train"
            && pod["status"]!["phase"]!.GetValue<string>() != "Pending";
    }

    private static int Restarts(JsonNode pod)
    {
        return pod["status"]!["containerStatuses"]![0]!["restartCount"]!.GetValue<int>();
    }
}
