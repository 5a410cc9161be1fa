using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Graft.Cluster.Tests;

/// <summary>Whom the chart lets speak to the operator, and whom the operator; needs helm, but no cluster.</summary>
public sealed class ChartNetworkTests
{
    [Fact]
    public async Task Trainer_pods_of_all_namespaces_reach_the_report_port_and_anybody_the_metrics()
    {
        var policy = (await RenderedChart.RenderAsync()).Only("NetworkPolicy");
        Assert.Equal(["Ingress"], policy.List("spec", "policyTypes").Select(type => type.Text()));
        var reports = Rule(policy, "ingress", "report");
        var from = Assert.Single(reports.List("from"));
        Assert.Empty(((YamlMappingNode)from.At("namespaceSelector")!).Children);
        Assert.Equal(ChildLabels.Train, from.Text("podSelector", "matchLabels", GraftApi.RoleLabel));
        Assert.Null(Rule(policy, "ingress", "http").At("from"));
    }

    [Fact]
    public async Task Confined_to_one_namespace_only_its_pods_are_admitted()
    {
        var policy = (await RenderedChart.RenderAsync("watchNamespace=research")).Only("NetworkPolicy");
        var from = Assert.Single(Rule(policy, "ingress", "report").List("from"));
        Assert.Equal("research", from.Text("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"));
    }

    [Fact]
    public async Task The_metrics_may_be_kept_for_some()
    {
        var policy = (await RenderedChart.RenderAsync(
            "networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.team=monitoring")).Only("NetworkPolicy");
        var from = Assert.Single(Rule(policy, "ingress", "http").List("from"));
        Assert.Equal("monitoring", from.Text("namespaceSelector", "matchLabels", "team"));
    }

    [Fact]
    public async Task Egress_is_confined_on_request_to_DNS_and_the_API_server()
    {
        var policy = (await RenderedChart.RenderAsync("networkPolicy.egress.enabled=true", "networkPolicy.egress.apiServerPorts={8443}"))
            .Only("NetworkPolicy");
        Assert.Equal(["Ingress", "Egress"], policy.List("spec", "policyTypes").Select(type => type.Text()));
        Assert.Equal(
            ["53/TCP", "53/UDP", "5353/TCP", "5353/UDP", "8443/TCP"],
            policy.List("spec", "egress").SelectMany(rule => rule.List("ports"))
                .Select(port => $"{port.Text("port")}/{port.Text("protocol")}")
                .Order());
    }

    [Fact]
    public async Task Ports_that_are_named_are_the_container_s()
    {
        var chart = await RenderedChart.RenderAsync("metrics.podMonitor.enabled=true");
        var ports = chart.Only("Deployment").List("spec", "template", "spec", "containers", 0, "ports")
            .Select(port => port.Text("name"));
        var named = chart.Only("NetworkPolicy").List("spec", "ingress")
            .SelectMany(rule => rule.List("ports"))
            .Select(port => port.Text("port"))
            .Concat(chart.Only("Service").List("spec", "ports").Select(port => port.Text("targetPort")));
        Assert.Empty(named.Except(ports));
    }

    private static YamlNode Rule(YamlMappingNode policy, string direction, string port)
    {
        return policy.List("spec", direction).Single(rule => rule.List("ports").Any(item => item.Text("port") == port));
    }
}
