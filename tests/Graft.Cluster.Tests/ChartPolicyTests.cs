using Graft.Operator;
using Graft.Operator.Policy;
using Microsoft.Extensions.Configuration;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Graft.Cluster.Tests;

/// <summary>The chart's bounds as the operator reads them; needs helm, but no cluster.</summary>
public sealed class ChartPolicyTests
{
    [Fact]
    public async Task By_default_the_bounds_are_the_operator_s_own()
    {
        var (read, own) = (await ReadAsync(), new PolicyOptions());
        Assert.Equal("1Ti", read.MaxStorage);
        read.MaxStorage = own.MaxStorage;
        Assert.All(typeof(PolicyOptions).GetProperties(), bound => Assert.Equal(bound.GetValue(own), bound.GetValue(read)));
    }

    [Fact]
    public async Task Every_bound_has_a_value()
    {
        string[] texts = ["maxCpu=8", "maxMemory=64Gi", "maxStorage=2Ti"];
        var lists = typeof(PolicyOptions).GetProperties().Select(bound => char.ToLowerInvariant(bound.Name[0]) + bound.Name[1..])
            .Where(name => !name.StartsWith("max", StringComparison.Ordinal))
            .Select(name => $"{name}={{a-*,!a-b,{name}}}");
        var read = await ReadAsync(["--set-string", .. Joined(texts), "--set", .. Joined(lists), "--set", "policy.maxGpus=0"]);

        Assert.Equal(("8", "64Gi", "2Ti", 0), (read.MaxCpu, read.MaxMemory, read.MaxStorage, read.MaxGpus));
        Assert.Equal("a-* !a-b environmentSecrets", read.EnvironmentSecrets);
        Assert.All(
            typeof(PolicyOptions).GetProperties().Where(bound => bound.Name is not ("MaxCpu" or "MaxMemory" or "MaxStorage" or "MaxGpus")),
            bound => Assert.Equal($"a-* !a-b {char.ToLowerInvariant(bound.Name[0])}{bound.Name[1..]}", bound.GetValue(read)));

        static IEnumerable<string> Joined(IEnumerable<string> values)
        {
            return [string.Join(',', values.Select(value => "policy." + value))];
        }
    }

    [Theory]
    [InlineData("policy.image={a}", "image")]
    [InlineData("policy.images={a b}", "images")]
    [InlineData("policy.images=a", "images")]
    [InlineData("policy.maxMemory=8GB", "maxMemory")]
    [InlineData("policy.maxCpu=8Gi", "maxCpu")]
    [InlineData("policy.maxGpus=-1", "maxGpus")]
    public async Task A_bound_that_cannot_be_read_is_refused(string values, string named)
    {
        var rendered = await Helm.RunAsync("template", "graft", Helm.Chart, "--set", values);
        Assert.NotEqual(0, rendered.ExitCode);
        Assert.Contains(named, rendered.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_fixed_ids_the_operator_s_pod_has_none()
    {
        var with = (await RenderedChart.RenderAsync()).Only("Deployment");
        var without = (await RenderedChart.RenderAsync("pods.fixedIds=false")).Only("Deployment");

        Assert.Equal("65532", with.Text("spec", "template", "spec", "securityContext", "runAsUser"));
        Assert.Null(without.At("spec", "template", "spec", "securityContext", "runAsUser"));
        Assert.Null(without.At("spec", "template", "spec", "securityContext", "runAsGroup"));
        Assert.Equal("true", without.Text("spec", "template", "spec", "securityContext", "runAsNonRoot"));
    }

    /// <summary>The bounds that the operator reads from its environment.</summary>
    private static async Task<PolicyOptions> ReadAsync(params string[] arguments)
    {
        var chart = await RenderedChart.RenderAsync("graft", "graft-system", arguments);
        var variables = chart.Only("Deployment").At("spec", "template", "spec", "containers", 0)!.List("env")
            .Where(variable => variable.At("value") is YamlScalarNode)
            .ToDictionary(variable => variable.Text("name")
                .Replace("__", ":", StringComparison.Ordinal), variable => (string?)variable.Text("value"));
        var options = new OperatorOptions();
        new ConfigurationBuilder().AddInMemoryCollection(variables).Build().GetSection(OperatorOptions.Section).Bind(options);
        return options.Policy;
    }
}
