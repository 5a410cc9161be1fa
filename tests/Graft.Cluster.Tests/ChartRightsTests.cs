using Xunit;
using YamlDotNet.RepresentationModel;

namespace Graft.Cluster.Tests;

/// <summary>What the chart allows the operator, as it renders; needs helm, but no cluster.</summary>
public sealed class ChartRightsTests
{
    /// <summary>All rights where runs are. A line that is added here is a decision.</summary>
    private static readonly string[] WhereRunsAre =
    [
        "adaptersweeps.graft.dev: get list watch",
        "adaptersweeps/status.graft.dev: patch",
        "adaptertrainingruns.graft.dev: get list watch",
        "adaptertrainingruns/finalizers.graft.dev: update",
        "adaptertrainingruns/status.graft.dev: patch",
        "basemodels.graft.dev: get list watch",
        "basemodels/finalizers.graft.dev: update",
        "basemodels/status.graft.dev: patch",
        "configmaps: create delete get list",
        "events.events.k8s.io: create list patch watch",
        "jobs.batch: create delete get list patch watch",
        "pods: get list watch",
        "projectionpretrains.graft.dev: get list watch",
        "projectionpretrains/finalizers.graft.dev: update",
        "projectionpretrains/status.graft.dev: patch",
        "trainingdatasets.graft.dev: get list watch",
        "trainingdatasets/finalizers.graft.dev: update",
        "trainingdatasets/status.graft.dev: patch",
    ];

    private static readonly string[] InItsOwnNamespace =
    [
        "leases.coordination.k8s.io graft-operator: get update",
        "secrets graft-report-ca: get update",
    ];

    private const string TokenReview = "graft-system:graft:token-review";

    [Fact]
    public async Task The_operator_has_these_rights_and_no_others()
    {
        var chart = await RenderedChart.RenderAsync();
        Assert.Equal(WhereRunsAre, Rights(Named(chart, "ClusterRole", "graft-system:graft")));
        Assert.Equal(["tokenreviews.authentication.k8s.io: create"], Rights(Named(chart, "ClusterRole", TokenReview)));
        Assert.Equal(InItsOwnNamespace, Rights(chart.Only("Role")));
        Assert.Equal(
            ["graft-system:graft", "graft-system:graft:token-review"],
            chart.OfKind("ClusterRoleBinding").Select(binding => binding.Text("roleRef", "name")).Order());
    }

    [Fact]
    public async Task Confined_to_one_namespace_it_has_no_rights_elsewhere_but_to_review_tokens()
    {
        var chart = await RenderedChart.RenderAsync("watchNamespace=research");
        Assert.Equal(TokenReview, chart.Only("ClusterRoleBinding").Text("roleRef", "name"));
        Assert.Equal(
            ["graft-system:graft:edit", "graft-system:graft:token-review", "graft-system:graft:view"],
            chart.OfKind("ClusterRole").Select(role => role.Text("metadata", "name")).Order());
        var there = chart.OfKind("Role").Single(role => role.Text("metadata", "namespace") == "research");
        Assert.Equal(WhereRunsAre, Rights(there));
        foreach (var binding in chart.OfKind("RoleBinding"))
        {
            Assert.Contains(
                chart.OfKind("Role"),
                role => role.Text("metadata", "name") == binding.Text("roleRef", "name")
                    && role.Text("metadata", "namespace") == binding.Text("metadata", "namespace"));
        }
    }

    [Theory]
    [InlineData("watchNamespace=")]
    [InlineData("watchNamespace=research")]
    public async Task Every_binding_names_the_operator_s_account(string values)
    {
        var chart = await RenderedChart.RenderAsync(values);
        var account = chart.Only("Deployment").Text("spec", "template", "spec", "serviceAccountName");
        foreach (var binding in chart.OfKind("RoleBinding").Concat(chart.OfKind("ClusterRoleBinding")))
        {
            var subject = Assert.Single(binding.List("subjects"));
            Assert.Equal(
                ("ServiceAccount", account, "graft-system"), (subject.Text("kind"), subject.Text("name"), subject.Text("namespace")));
        }
    }

    [Fact]
    public async Task The_rights_to_its_own_objects_name_objects_that_the_chart_makes()
    {
        var chart = await RenderedChart.RenderAsync("graft-of-a-team", "ops", []);
        Assert.Equal("graft-of-a-team-operator", chart.Only("Lease").Text("metadata", "name"));
        Assert.Equal("graft-of-a-team-report-ca", chart.Only("Secret").Text("metadata", "name"));
        Assert.Equal(
            ["leases.coordination.k8s.io graft-of-a-team-operator: get update", "secrets graft-of-a-team-report-ca: get update"],
            Rights(chart.Only("Role")));
        // Content would be written again with every upgrade.
        Assert.Null(chart.Only("Secret").At("data"));
        Assert.Null(chart.Only("Lease").At("spec"));
    }

    [Fact]
    public async Task The_view_role_reads_and_the_edit_role_writes_every_kind()
    {
        var chart = await RenderedChart.RenderAsync();
        var plurals = chart.OfKind("CustomResourceDefinition").Select(crd => crd.Text("spec", "names", "plural")).Order().ToList();
        foreach (var name in new[] { "graft-system:graft:view", "graft-system:graft:edit" })
        {
            var role = Named(chart, "ClusterRole", name);
            Assert.Equal(plurals, role.List("rules").Single().List("resources").Select(resource => resource.Text()).Order());
        }
    }

    [Theory]
    [InlineData("graft", "one", "graft", "two")]
    [InlineData("a", "ops", "b", "ops")]
    [InlineData("b", "a", "a-b", "a")]
    [InlineData("c", "a-b", "b-c", "a")]
    public async Task Two_releases_have_no_object_in_common_but_the_definitions(
        string release, string ns, string otherRelease, string otherNamespace)
    {
        string[] everything =
        [
            "--set", "networkPolicy.enabled=true", "--set", "podDisruptionBudget.enabled=true", "--set", "metrics.podMonitor.enabled=true",
            "--set", "argocd.healthChecks.enabled=true", "--set", "crds.enabled=false",
        ];
        var chart = await RenderedChart.RenderAsync(release, ns, [.. everything, "--set", "watchNamespace=team-a"]);
        var other = await RenderedChart.RenderAsync(otherRelease, otherNamespace, [.. everything, "--set", "watchNamespace=team-b"]);
        Assert.Empty(chart.Objects.Select(Identity).Intersect(other.Objects.Select(Identity)));
    }

    private static string Identity(YamlMappingNode item)
    {
        var ns = (item.At("metadata", "namespace") as YamlScalarNode)?.Value;
        return $"{item.Text("kind")} {ns}/{item.Text("metadata", "name")}";
    }

    private static YamlMappingNode Named(RenderedChart chart, string kind, string name)
    {
        return chart.OfKind(kind).Single(role => role.Text("metadata", "name") == name);
    }

    /// <summary>A line for each resource: its name and group, the names that the right is confined to, the verbs.</summary>
    private static IEnumerable<string> Rights(YamlNode role)
    {
        return role.List("rules")
            .SelectMany(rule => rule.List("resources").Select(resource =>
            {
                var group = rule.Text("apiGroups", 0);
                var names = string.Concat(rule.List("resourceNames").Select(name => " " + name.Text()));
                var verbs = string.Join(' ', rule.List("verbs").Select(verb => verb.Text()).Order());
                return $"{resource.Text()}{(group.Length > 0 ? "." : "")}{group}{names}: {verbs}";
            }))
            .Order(StringComparer.Ordinal);
    }
}
