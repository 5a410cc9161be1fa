using Xunit;
using YamlDotNet.RepresentationModel;

namespace Graft.Cluster.Tests;

/// <summary>What the chart makes of values, good and bad; needs helm, but no cluster.</summary>
public sealed class ChartValueTests
{
    [Theory]
    [InlineData("artifacts.registri=x", "artifacts")]
    [InlineData("replicaCount=many", "replicaCount")]
    [InlineData("replicaCount=1.5", "replicaCount")]
    [InlineData("artifacts.registry=https://registry.example", "registry")]
    [InlineData("artifacts.secret=Registry_Login", "secret")]
    [InlineData("image.digest=sha256:12", "digest")]
    [InlineData("image.repository=registry.example/operator:1.0", "repository")]
    [InlineData("image.repository=Registry.example/Operator", "repository")]
    [InlineData("imagePullSecrets[0].name=A B", "imagePullSecrets")]
    [InlineData("tracking.uri=mlflow", "uri")]
    [InlineData("tracking.uri=http://", "uri")]
    [InlineData("watchNamespace=a.b", "watchNamespace")]
    [InlineData("operator.apiBurst=0", "apiBurst")]
    [InlineData("operator.apiBurst=99999999999", "apiBurst")]
    [InlineData("operator.extraEnv[0].name=A B", "extraEnv")]
    [InlineData("operator.extraEnv[0].nam=A", "nam")]
    [InlineData("operator.extraEnv[0].name=A,operator.extraEnv[0].value=1", "value")]
    [InlineData("serviceAccount.name=Bad_Name", "serviceAccount")]
    [InlineData("priorityClassName=Bad_Name", "priorityClassName")]
    [InlineData("tolerations[0].operatr=Exists", "operatr")]
    [InlineData("tolerations[0].operator=Exits", "operator")]
    [InlineData("tolerations[0].effect=NoRun", "effect")]
    [InlineData("affinity.nodeAfinity.a=b", "nodeAfinity")]
    [InlineData("topologySpreadConstraints[0].maxSkew=1", "topologyKey")]
    [InlineData("podDisruptionBudget.maxUnavailable=abc", "maxUnavailable")]
    [InlineData("podDisruptionBudget.maxUnavailable=-1", "maxUnavailable")]
    [InlineData("resources.limit.memory=1Gi", "limit")]
    [InlineData("pods.scratchLimit=10GB", "scratchLimit")]
    [InlineData("pods.imagePullSecrets={login}", "imagePullSecrets")]
    [InlineData("resources.limits.memory=1GB", "memory")]
    [InlineData("nodeSelector.disk=1", "nodeSelector")]
    [InlineData("podLabels.team=a b", "podLabels")]
    [InlineData("podLabels.a b=c", "a b")]
    [InlineData("fullnameOverride=My_Graft", "fullnameOverride")]
    // What is wrong only together with something else is said in a sentence.
    [InlineData("fullnameOverride=1graft", "The name \"1graft\" cannot be a Service's")]
    [InlineData("podLabels.app\\.kubernetes\\.io/name=foo", "podLabels may not set the label app.kubernetes.io/name")]
    [InlineData("podLabels.helm\\.sh/chart=foo", "podLabels may not set the label helm.sh/chart")]
    [InlineData("metrics.podMonitor.labels.app\\.kubernetes\\.io/instance=foo", "metrics.podMonitor.labels may not set the label")]
    [InlineData("replicaCount=2,leaderElection.enabled=false", "leaderElection.enabled is false")]
    [InlineData("operator.extraEnv[0].name=Graft__WatchNamespace", "extraEnv may not set Graft__WatchNamespace")]
    [InlineData("operator.extraEnv[0].name=graft__apiqps,operator.extraEnv[0].value=a", "extraEnv may not set graft__apiqps")]
    [InlineData("operator.extraEnv[0].name=A,operator.extraEnv[1].name=A", "sets A, which is set already")]
    [InlineData("serviceAccount.create=false", "serviceAccount.name must be set")]
    public async Task A_misspelt_or_impossible_value_is_refused_by_name(string values, string named)
    {
        var rendered = await Helm.RunAsync("template", "graft", Helm.Chart, "--set", values);
        Assert.NotEqual(0, rendered.ExitCode);
        Assert.Contains(named, rendered.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1st")]
    [InlineData("with.dot")]
    public async Task A_release_name_that_no_Service_may_have_is_refused(string release)
    {
        var rendered = await Helm.RunAsync("template", release, Helm.Chart);
        Assert.NotEqual(0, rendered.ExitCode);
        Assert.Contains("Set fullnameOverride", rendered.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Helm.RunAsync("template", release, Helm.Chart, "--set", "fullnameOverride=graft")).ExitCode);
    }

    [Fact]
    public async Task Large_and_broken_numbers_are_written_in_digits()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "values.yaml");
        await File.WriteAllTextAsync(
            file,
            """
            replicaCount: 2.0
            operator: {apiQps: 1000000, apiBurst: 1000000, workers: 200, progressSeconds: 1.5}
            tolerations: [{operator: Exists, tolerationSeconds: 100000000}]
            resources: {limits: {memory: 1073741824}}
            podDisruptionBudget: {enabled: true, maxUnavailable: 1.0}
            """,
            TestContext.Current.CancellationToken);
        var chart = await RenderedChart.RenderAsync("graft", "graft-system", ["--values", file]);
        var deployment = chart.Only("Deployment");
        var container = deployment.At("spec", "template", "spec", "containers", 0)!;
        var environment = container.List("env")
            .Where(item => item.At("value") is not null)
            .ToDictionary(item => item.Text("name"), item => item.Text("value"));
        Assert.Equal("1000000", environment["Graft__ApiQps"]);
        Assert.Equal("1000000", environment["Graft__ApiBurst"]);
        Assert.Equal("200", environment["Graft__Workers"]);
        Assert.Equal("1.5", environment["Graft__ProgressSeconds"]);
        Assert.Equal("2", deployment.Text("spec", "replicas"));
        Assert.Equal("100000000", deployment.Text("spec", "template", "spec", "tolerations", 0, "tolerationSeconds"));
        Assert.Equal("1073741824", container.Text("resources", "limits", "memory"));
        Assert.Equal("1", chart.Only("PodDisruptionBudget").Text("spec", "maxUnavailable"));
    }

    [Fact]
    public async Task Without_an_election_the_next_pod_waits_for_the_last_one_s_end()
    {
        var electing = (await RenderedChart.RenderAsync()).Only("Deployment");
        var alone = (await RenderedChart.RenderAsync("leaderElection.enabled=false")).Only("Deployment");
        Assert.Null(electing.At("spec", "strategy"));
        Assert.Equal("Recreate", alone.Text("spec", "strategy", "type"));
    }

    [Fact]
    public async Task Every_object_s_selector_picks_the_operator_s_pod_and_no_other_release_s()
    {
        string[] everything =
        [
            "--set", "networkPolicy.enabled=true", "--set", "podDisruptionBudget.enabled=true", "--set", "metrics.podMonitor.enabled=true",
            "--set", "podLabels.team=research",
        ];
        var chart = await RenderedChart.RenderAsync("one", "graft-system", everything);
        var other = await RenderedChart.RenderAsync("two", "graft-system", everything);
        var own = Labels(chart.Only("Deployment").At("spec", "template", "metadata", "labels"));
        var foreign = Labels(other.Only("Deployment").At("spec", "template", "metadata", "labels"));
        foreach (var selector in Selectors(chart))
        {
            Assert.NotEmpty(selector);
            Assert.Subset(own, selector);
            Assert.False(selector.IsSubsetOf(foreign));
        }
    }

    private static IEnumerable<HashSet<string>> Selectors(RenderedChart chart)
    {
        yield return Labels(chart.Only("Deployment").At("spec", "selector", "matchLabels"));
        yield return Labels(chart.Only("Service").At("spec", "selector"));
        yield return Labels(chart.Only("NetworkPolicy").At("spec", "podSelector", "matchLabels"));
        yield return Labels(chart.Only("PodDisruptionBudget").At("spec", "selector", "matchLabels"));
        yield return Labels(chart.OfKind("PodMonitor").First().At("spec", "selector", "matchLabels"));
    }

    private static HashSet<string> Labels(YamlNode? labels)
    {
        return [.. ((YamlMappingNode)labels!).Children.Select(pair => $"{pair.Key}={pair.Value}")];
    }
}
