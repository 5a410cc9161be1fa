using System.Xml.Linq;
using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>The chart as it renders; needs helm, but no cluster.</summary>
public sealed class ChartTests
{
    private static readonly string[] Everything =
    [
        "networkPolicy.egress.enabled=true", "podDisruptionBudget.enabled=true", "metrics.podMonitor.enabled=true",
        "argocd.healthChecks.enabled=true", "artifacts.registry=registry.example/adapters", "tracking.uri=http://mlflow:5000",
    ];

    [Fact]
    public async Task It_passes_a_strict_lint()
    {
        var linted = await Helm.RunAsync("lint", "--strict", Helm.Chart);
        Assert.True(linted.ExitCode == 0, linted.Output + linted.Error);
    }

    [Fact]
    public async Task By_default_it_installs_the_operator_its_account_its_roles_and_its_kinds()
    {
        var chart = await RenderedChart.RenderAsync();
        Assert.Equal(
            [
                "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Deployment", "Lease", "NetworkPolicy", "Role",
                "RoleBinding", "Secret", "Service", "ServiceAccount",
            ],
            chart.Kinds);
    }

    [Fact]
    public async Task Each_switch_adds_its_object()
    {
        var kinds = (await RenderedChart.RenderAsync(Everything)).Kinds.Except((await RenderedChart.RenderAsync()).Kinds);
        Assert.Equal(["ConfigMap", "PodDisruptionBudget", "PodMonitor"], kinds);
        Assert.DoesNotContain("NetworkPolicy", (await RenderedChart.RenderAsync("networkPolicy.enabled=false")).Kinds);
    }

    [Fact]
    public async Task Its_custom_resource_definitions_are_the_repository_s()
    {
        var chart = await RenderedChart.RenderAsync("crds.keep=false");
        var rendered = chart.OfKind("CustomResourceDefinition").ToDictionary(crd => crd.Text("metadata", "name"));
        var generated = Directory.GetFiles(Path.Combine(Shell.Repository, "crds"), "*.yaml");
        Assert.NotEmpty(generated);
        Assert.Equal(generated.Length, rendered.Count);
        foreach (var file in generated)
        {
            var copy = Path.Combine(Helm.Chart, "files", "crds", Path.GetFileName(file));
            Assert.Equal(await ReadAsync(file), await ReadAsync(copy));
        }
    }

    [Fact]
    public async Task Removing_the_chart_keeps_the_definitions_and_with_them_every_run()
    {
        var chart = await RenderedChart.RenderAsync();
        Assert.All(
            chart.OfKind("CustomResourceDefinition"),
            crd => Assert.Equal("keep", crd.Text("metadata", "annotations", "helm.sh/resource-policy")));
    }

    [Fact]
    public async Task The_operator_s_pod_meets_the_restricted_pod_security_standard()
    {
        var pod = (await RenderedChart.RenderAsync()).Only("Deployment").At("spec", "template", "spec")!;
        Assert.Equal("true", pod.Text("securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", pod.Text("securityContext", "seccompProfile", "type"));
        foreach (var container in pod.List("containers"))
        {
            Assert.Equal("false", container.Text("securityContext", "allowPrivilegeEscalation"));
            Assert.Equal("true", container.Text("securityContext", "readOnlyRootFilesystem"));
            Assert.Equal("ALL", container.Text("securityContext", "capabilities", "drop", 0));
        }

        Assert.All(pod.List("volumes"), volume => Assert.NotNull(volume.At("emptyDir")));
    }

    [Fact]
    public async Task Every_setting_of_the_operator_that_it_passes_is_one_that_the_operator_has()
    {
        var chart = await RenderedChart.RenderAsync(
            [.. Everything, "artifacts.secret=a", "tracking.secret=b", "watchNamespace=c", "pods.imagePullSecrets[0].name=d"]);
        var passed = chart.Only("Deployment").List("spec", "template", "spec", "containers", 0, "env")
            .Select(variable => variable.Text("name"))
            .Where(name => name.StartsWith("Graft__", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(passed);
        Assert.All(passed, name =>
        {
            var type = typeof(Operator.OperatorOptions);
            foreach (var part in name.Split("__").Skip(1))
            {
                var property = type.GetProperty(part);
                Assert.True(property is not null, $"{name}: {type.Name} has no {part}");
                type = property.PropertyType;
            }
        });
    }

    [Fact]
    public async Task Its_version_is_the_programs_version()
    {
        var properties = XDocument.Load(Path.Combine(Shell.Repository, "Directory.Build.props"));
        var version = properties.Descendants("Version").Single().Value;
        var deployment = (await RenderedChart.RenderAsync()).Only("Deployment");
        Assert.Equal($"graft.dev/operator:{version}", deployment.Text("spec", "template", "spec", "containers", 0, "image"));
    }

    private static Task<string> ReadAsync(string file)
    {
        return File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
    }
}
