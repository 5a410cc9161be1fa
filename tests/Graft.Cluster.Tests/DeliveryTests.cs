using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>A run during which MLflow does not answer: its record is delivered after its end, from the volume of its checkpoints.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DeliveryTests : IDisposable
{
    private const int Steps = 3;
    private readonly GraftCluster _cluster;
    private readonly TemporaryFolder _disk = new();

    public DeliveryTests(GraftCluster cluster)
    {
        cluster.Require();
        Assert.SkipWhen(cluster.Mlflow is null, "no MLflow here: set GRAFT_MLFLOW_DIR to a folder whose server.sh starts one");
        _cluster = cluster;
    }

    public void Dispose() => _disk.Dispose();

    [Fact]
    public async Task What_mlflow_had_not_taken_when_the_run_ended_arrives_once_it_answers_again()
    {
        var ns = await _cluster.CreateNamespaceAsync("delivery");
        (await Shell.RunAsync("chmod", "a+rwx", _disk.Path)).Succeeded();
        await _cluster.Kubectl.ApplyAsync(Volume(ns));
        await _cluster.Mlflow!.PauseAsync();
        try
        {
            var run = Quickstart.Short(Steps).Set("checkpoint", "claimName", "checkpoints");
            await _cluster.Kubectl.ApplyAsync(run.ToString(), "--namespace", ns);

            await WaitAsync(ns, "the run has succeeded", run => run.State("Succeeded") == "True/Completed");
            await WaitAsync(ns, "a Job delivers", run => Tracking(run)?["message"]?.GetValue<string>().Contains(
                "delivers it", StringComparison.Ordinal) == true);
            var waiting = await _cluster.Kubectl.FindAsync(ns, "adaptertrainingrun", Quickstart.RunName);
            Assert.False(Tracking(waiting!)!["delivered"]!.GetValue<bool>());
            Assert.Equal("False", waiting!.State("Reconciling").Split('/')[0]);
        }
        finally
        {
            await _cluster.Mlflow.ResumeAsync();
        }

        await WaitAsync(ns, "the record is delivered", run => Tracking(run) is { } told && told["delivered"] is null);
        var ended = await _cluster.Kubectl.FindAsync(ns, "adaptertrainingrun", Quickstart.RunName);
        var recorded = await _cluster.Mlflow.RunAsync(Tracking(ended!)!["runId"]!.GetValue<string>());
        Assert.Equal("FINISHED", recorded["status"]!.GetValue<string>());
        Assert.Equal(Enumerable.Range(1, Steps), recorded["steps"]!.AsArray().Select(step => step!.GetValue<int>()));
        Assert.Equal(
            ["adapter", "log.txt", "loss.svg"], recorded["files"]!.AsArray().Select(file => file!.GetValue<string>()).Order());
    }

    private static JsonNode? Tracking(JsonNode run) => run["status"]?["tracking"];

    private Task WaitAsync(string ns, string until, Func<JsonNode, bool> isSo)
    {
        return _cluster.Kubectl.WaitAsync(ns, until, async () =>
            await _cluster.Kubectl.FindAsync(ns, "adaptertrainingrun", Quickstart.RunName) is { } run && isSo(run));
    }

    private string Volume(string ns)
    {
        return
            $$$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: {{{ns}}}}
            spec:
              accessModes: [ReadWriteOnce]
              capacity: {storage: 1Gi}
              hostPath: {path: "{{{_disk.Path}}}"}
              claimRef: {name: checkpoints, namespace: {{{ns}}}}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: checkpoints, namespace: {{{ns}}}}
            spec:
              accessModes: [ReadWriteOnce]
              storageClassName: ""
              volumeName: {{{ns}}}
              resources: {requests: {storage: 1Gi}}
            """;
    }
}
