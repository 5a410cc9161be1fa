using System.Text.Json.Nodes;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>What a person reads on a resource that cannot work as it is.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ConditionTests
{
    private readonly GraftCluster _cluster;

    public ConditionTests(GraftCluster cluster)
    {
        cluster.Require();
        _cluster = cluster;
    }

    [Theory]
    [InlineData("training", "learningRate", "fast", "learningRate")]
    [InlineData("training", "batchSize", "0", "batchSize")]
    [InlineData("evaluation", "everyStep", "5", "everyStep")]
    public async Task A_spec_that_the_schema_forbids_is_refused_by_the_api_server_with_the_field_s_name(
        string section, string field, string value, string named)
    {
        var ns = await _cluster.CreateNamespaceAsync("refused");
        var spec = Quickstart.Short(steps: 1).Set(section, field, value).Only("AdapterTrainingRun");
        var applied = await _cluster.Kubectl.TryApplyAsync(spec, "--namespace", ns);
        Assert.NotEqual(0, applied.ExitCode);
        Assert.Contains(named, applied.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_impossible_combination_stalls_the_run_and_names_the_field()
    {
        var ns = await _cluster.CreateNamespaceAsync("impossible");
        await _cluster.Kubectl.ApplyAsync(Quickstart.Short(steps: 1).Set("data", "packing", "true").ToString(), "--namespace", ns);
        var run = await UntilAsync(ns, "adaptertrainingrun", Quickstart.RunName, run => run.State("Accepted") == "False/InvalidSpec");
        Assert.Contains("packing", run.Message("Accepted"), StringComparison.Ordinal);
        Assert.StartsWith("True/", run.State("Stalled"), StringComparison.Ordinal);
        await Verdict.AgreesAsync(run, "Succeeded", "bounded-work.lua");
    }

    [Fact]
    public async Task A_missing_data_set_is_named_and_its_arrival_starts_the_run()
    {
        var ns = await _cluster.CreateNamespaceAsync("missing");
        var quickstart = Quickstart.Short(steps: 2);
        await _cluster.Kubectl.ApplyAsync(quickstart.Without("TrainingDataset"), "--namespace", ns);
        var run = await UntilAsync(ns, "adaptertrainingrun", Quickstart.RunName, run => run.State("Accepted").EndsWith(
            "/DatasetNotFound", StringComparison.Ordinal));
        Assert.Contains(
            run["spec"]!["data"]!["datasetRef"]!["name"]!.GetValue<string>(), run.Message("Accepted"), StringComparison.Ordinal);
        await Verdict.AgreesAsync(run, "Succeeded", "bounded-work.lua");

        await _cluster.Kubectl.ApplyAsync(quickstart.Only("TrainingDataset"), "--namespace", ns);
        await UntilAsync(ns, "adaptertrainingrun", Quickstart.RunName, run => run.State("Succeeded") == "True/Completed");
    }

    [Fact]
    public async Task A_base_model_that_is_not_in_the_image_says_so()
    {
        var ns = await _cluster.CreateNamespaceAsync("nomodel");
        await _cluster.Kubectl.ApplyAsync(
            """
            apiVersion: graft.dev/v1alpha1
            kind: BaseModel
            metadata: {name: absent}
            spec: {source: {builtin: {name: absent}}}
            """,
            "--namespace",
            ns);
        var model = await UntilAsync(ns, "basemodel", "absent", model => model.State("Ready") == "False/InspectionFailed");
        Assert.Contains("absent", model.Message("Ready"), StringComparison.Ordinal);
        await Verdict.AgreesAsync(model, "Ready", "standing-resource.lua");
    }

    [Fact]
    public async Task A_folder_of_somebody_s_computer_is_refused()
    {
        var ns = await _cluster.CreateNamespaceAsync("local");
        await _cluster.Kubectl.ApplyAsync(
            """
            apiVersion: graft.dev/v1alpha1
            kind: BaseModel
            metadata: {name: mine}
            spec: {source: {path: ../models/mine}}
            """,
            "--namespace",
            ns);
        var model = await UntilAsync(ns, "basemodel", "mine", model => model.State("Ready") == "False/LocalPathInCluster");
        await Verdict.AgreesAsync(model, "Ready", "standing-resource.lua");
    }

    private async Task<JsonNode> UntilAsync(string ns, string kind, string name, Func<JsonNode, bool> isSo)
    {
        JsonNode? item = null;
        await _cluster.Kubectl.WaitAsync(ns, $"{kind} {name} is as expected", async () =>
        {
            item = await _cluster.Kubectl.FindAsync(ns, kind, name);
            return item is not null && isSo(item);
        });
        return item!;
    }
}
