using Graft.Artifacts;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>
/// A run whose model comes from a registry and whose data lie on a volume: what most people have in place of the built-in ones.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class InputSourceTests : IDisposable
{
    private const string Model = "tiny-wordnet";
    private const string Data = "wordnet-kinds";
    private const string Reference = $"{GraftCluster.Registry}/models/{Model}:1";
    private const string Inputs =
        $$$"""
        apiVersion: graft.dev/v1alpha1
        kind: BaseModel
        metadata: {name: {{{Model}}}}
        spec: {source: {oci: {reference: "{{{Reference}}}", plainHttp: true} }}
        ---
        apiVersion: graft.dev/v1alpha1
        kind: TrainingDataset
        metadata: {name: {{{Data}}}}
        spec: {source: {pvc: {claimName: data, path: kinds}}, evaluationFile: heldout.jsonl}
        """;

    private static readonly string Builtins = Path.Combine(Shell.Repository, "examples", "builtin");
    private readonly GraftCluster _cluster;
    private readonly TemporaryFolder _temporary = new();

    public InputSourceTests(GraftCluster cluster)
    {
        cluster.Require();
        _cluster = cluster;
    }

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public async Task A_model_in_a_registry_and_data_on_a_volume_are_inspected_and_trained_on()
    {
        await PushModelAsync();
        var disk = await CopyDataAsync();
        var ns = await _cluster.CreateNamespaceAsync("sources");
        await _cluster.Kubectl.ApplyAsync(Volume(ns, disk));
        await _cluster.Kubectl.ApplyAsync(Inputs, "--namespace", ns);
        await _cluster.Kubectl.ApplyAsync(Quickstart.Short(steps: 2).Only("AdapterTrainingRun"), "--namespace", ns);

        await _cluster.Kubectl.WaitAsync(ns, "the run has succeeded", async () =>
            (await _cluster.Kubectl.FindAsync(ns, "adaptertrainingrun", Quickstart.RunName))?.State("Succeeded") == "True/Completed");

        // The same files have the same digest wherever they come from.
        Assert.Equal(Digest(Model), await _cluster.Kubectl.TextAsync(ns, "basemodel", Model, "{.status.digest}"));
        Assert.Equal(Digest(Data), await _cluster.Kubectl.TextAsync(ns, "trainingdataset", Data, "{.status.digest}"));
    }

    private static string Digest(string builtin)
    {
        return FolderDigest.Compute(Path.Combine(Builtins, builtin));
    }

    private async Task PushModelAsync()
    {
        var archive = Path.Combine(_temporary.Path, "model.tar");
        (await Shell.RunAsync("eng/pack-image.sh", archive, "graft.test/model:1", "{}", Path.Combine(Builtins, Model))).Succeeded();
        (await _cluster.ExecAsync(Programs.Built("Graft.Cli", "graft"), "image", "push", archive, Reference)).Succeeded();
    }

    private async Task<string> CopyDataAsync()
    {
        (await Shell.RunAsync("cp", "--recursive", Path.Combine(Builtins, Data), Path.Combine(_temporary.Path, "kinds"))).Succeeded();
        (await Shell.RunAsync("chmod", "--recursive", "a+rX", _temporary.Path)).Succeeded();
        return _temporary.Path;
    }

    private static string Volume(string ns, string disk)
    {
        return
            $$$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: {{{ns}}}}
            spec:
              accessModes: [ReadOnlyMany]
              capacity: {storage: 1Gi}
              hostPath: {path: "{{{disk}}}"}
              claimRef: {name: data, namespace: {{{ns}}}}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data, namespace: {{{ns}}}}
            spec:
              accessModes: [ReadOnlyMany]
              storageClassName: ""
              volumeName: {{{ns}}}
              resources: {requests: {storage: 1Gi}}
            """;
    }
}
