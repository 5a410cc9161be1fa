using System.Text.Json.Nodes;
using Graft.Api.Defaulting;
using Graft.Api.Documents;
using Graft.Api.Tests;
using Graft.Api.Tests.Documents;
using Graft.Api.V1Alpha1;
using k8s;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>The API server and Graft.Api are given the same specs: they refuse the same ones and come to the same defaults.</summary>
[Collection(ClusterCollection.Name)]
public sealed class SchemaAgreementTests
{
    // kubectl drops a repeated key before the server sees it, and the server does not follow references.
    private static readonly string[] OnlyOurs = ["[duplicate-key]", "[reference-not-found]"];

    private readonly GraftCluster _cluster;

    public SchemaAgreementTests(GraftCluster cluster)
    {
        cluster.Require();
        _cluster = cluster;
    }

    public static TheoryData<string, string, string> Refused =>
        [.. Mistakes.All.Select(row => row.Data).Where(row => !OnlyOurs.Any(row.Item4.EndsWith)).Select(
            row => (row.Item1, row.Item2, row.Item3))];

    public static TheoryData<string> Accepted =>
    [
        Specs.Run,
        Specs.With(Specs.Run, "lora:\n      rank: 8", "full: {}"),
        Specs.With(Specs.Run, "rank: 8", "targetModules: [all-linear]\n      rsLora: yes"),
        Specs.Run + "\n    learningRate: \"1E-3\"\n    warmupSteps: 0x10",
        Specs.Run + "\n  evaluation: {}\n  checkpoint: {}\n  tracking: {}\n  publish: {}\n  pod:\n    gpu: {}\n    tolerations: [{}]",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_mistake_that_is_refused_here_is_refused_by_the_server(string mistake, string old, string @new)
    {
        var applied = await _cluster.Kubectl.TryApplyAsync(Specs.With(Specs.Run, old, @new), "--dry-run=server");

        Assert.True(applied.ExitCode != 0, $"The server accepts {mistake}: {@new}");
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task A_spec_that_is_accepted_here_is_accepted_by_the_server_with_the_same_defaults(string spec)
    {
        var ours = SpecSet.Load([new SpecFile("run.yaml", spec)]).All<AdapterTrainingRun>().Single().Resource;
        var defaulted = JsonNode.Parse(KubernetesJson.Serialize(Defaults.Apply(ours.Spec)))!;
        var applied = JsonNode.Parse(await _cluster.Kubectl.ApplyAsync(spec, "--dry-run=server", "--output=json"))!["spec"]!;

        // The server fills in a part of the defaults, and Graft the rest: it must be as if Graft had filled in all.
        var rest = JsonNode.Parse(
            KubernetesJson.Serialize(Defaults.Apply(KubernetesJson.Deserialize<AdapterTrainingRunSpec>(applied.ToJsonString()))))!;
        Assert.True(JsonNode.DeepEquals(rest, defaulted), $"the server:\n{applied.ToText()}\nGraft.Api:\n{defaulted.ToText()}");
    }
}
