using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>
/// <c>helm upgrade</c> while runs are under way. Their pods run on a node that the test plays: it binds them and says that their
/// containers have started, so that twenty trainers need no twenty processors. Everything else is the cluster's own.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class ChartUpgradeTests
{
    private const int RunCount = 20;
    private const string Node = "made-up";
    private readonly GraftCluster _cluster;
    private readonly Kubectl _kubectl;

    public ChartUpgradeTests(GraftCluster cluster)
    {
        cluster.Require();
        (_cluster, _kubectl) = (cluster, cluster.Kubectl);
    }

    [Fact]
    public async Task Under_twenty_running_runs_it_restarts_none()
    {
        var ns = await _cluster.CreateNamespaceAsync("upgrade");
        await _kubectl.ApplyAsync(Quickstart.Short(steps: 2).Without("AdapterTrainingRun"), "--namespace", ns);
        await _kubectl.ApplyAsync($"{{apiVersion: v1, kind: Node, metadata: {{name: {Node}}}}}");
        try
        {
            // No node has this label, so that no scheduler takes them before the test does.
            var run = Quickstart.Short(steps: 2).Set("pod", "nodeSelector", "").Only("AdapterTrainingRun")
                .Replace("nodeSelector: ''", "nodeSelector: {test: nowhere}", StringComparison.Ordinal)
                .Replace("nodeSelector: \"\"", "nodeSelector: {test: nowhere}", StringComparison.Ordinal);
            await _kubectl.ApplyAsync(
                string.Join("\n---\n", Enumerable.Range(0, RunCount).Select(
                    i => run.Replace($"name: {Quickstart.RunName}", $"name: run-{i}", StringComparison.Ordinal))),
                "--namespace", ns);
            await _kubectl.WaitAsync(ns, "each run has a pod", async () => (await TrainersAsync(ns)).Count == RunCount);
            await StartAsync(ns);
            await _kubectl.WaitAsync(ns, "all runs are running", async () => await RunningAsync(ns) == RunCount);
            var before = (await TrainersAsync(ns)).Select(Uid).Order().ToList();

            await HelmAsync(
                "upgrade", "graft", Helm.Chart, "--reuse-values", "--set",
                "trainer.image.tag=another,tracking.uri=http://mlflow.example:5000,artifacts.registry=registry.example/elsewhere,pods.scratchLimit=3Gi");
            // The new operator has looked at every run: an edit of one is answered by it alone.
            await _kubectl.ApplyAsync(run.Replace($"name: {Quickstart.RunName}", "name: run-0", StringComparison.Ordinal)
                .Replace("nodeSelector: {test: nowhere}", "nodeSelector: {test: elsewhere}", StringComparison.Ordinal), "--namespace", ns);
            await _kubectl.WaitAsync(ns, "the edit is answered", async () =>
                (await _kubectl.FindAsync(ns, "adaptertrainingrun", "run-0"))!.State("Accepted") == "True/EditNotApplied");

            Assert.Equal(before, (await TrainersAsync(ns)).Select(Uid).Order());
            Assert.Equal(RunCount, await RunningAsync(ns));
            Assert.Equal(RunCount, (await _kubectl.ListAsync(ns, "jobs")).Count(job => Role(job) == "train"));
        }
        finally
        {
            // Nobody is there to end the pods: they go with their node.
            await _kubectl.RunAsync("delete", "namespace", ns, "--wait=false");
            await _kubectl.RunAsync("--namespace", ns, "delete", "pods", "--all", "--force", "--grace-period=0", "--wait=false");
            await _kubectl.RunAsync("delete", "node", Node, "--wait=false");
            await HelmAsync("rollback", "graft");
        }
    }

    /// <summary>What scheduler and kubelet would do.</summary>
    private async Task StartAsync(string ns)
    {
        var pods = (await TrainersAsync(ns)).Select(pod => pod.Name()).ToList();
        var bindings = pods.Select(pod =>
            $"{{apiVersion: v1, kind: Binding, metadata: {{name: {pod}}}, target: {{apiVersion: v1, kind: Node, name: {Node}}}}}");
        (await _cluster.ExecAsync(
            new ShellCommand("kubectl", "--namespace", ns, "create", "-f", "-") { Input = string.Join("\n---\n", bindings) })).Succeeded();
        const string Started = """
            {"status":{"phase":"Running","containerStatuses":[{"name":"trainer","image":"x","imageID":"x","ready":true,"restartCount":0,
            "state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}}
            """;
        (await _kubectl.RunAsync(
            ["--namespace", ns, "patch", "pods", .. pods, "--subresource=status", "--type=merge", "--patch", Started])).Succeeded();
    }

    private async Task<List<JsonNode>> TrainersAsync(string ns)
    {
        return [.. (await _kubectl.ListAsync(ns, "pods")).Where(pod => Role(pod) == "train")];
    }

    private async Task<int> RunningAsync(string ns)
    {
        return (await _kubectl.ListAsync(ns, "adaptertrainingruns")).Count(run => run.State("Succeeded") == "Unknown/Running");
    }

    private async Task HelmAsync(params string[] arguments)
    {
        (await _cluster.ExecAsync(
            await Helm.PathAsync(), [.. arguments, "--namespace", GraftCluster.SystemNamespace, "--wait", "--timeout", "5m"])).Succeeded();
    }

    private static string? Role(JsonNode item)
    {
        return item["metadata"]!["labels"]?["graft.dev/role"]?.GetValue<string>();
    }

    private static string Uid(JsonNode item)
    {
        return item["metadata"]!["uid"]!.GetValue<string>();
    }
}
