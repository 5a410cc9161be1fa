using System.Text.Json.Nodes;
using Graft.Api.Tests.Documents;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Graft.Cluster.Tests;

/// <summary>What the documentation says of the chart, tried on the chart; needs helm, but no cluster.</summary>
public sealed class ChartDocumentationTests
{
    [Fact]
    public async Task Documented_values_are_values_of_the_chart()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "values.yaml");
        var blocks = Markdown.Blocks(Shell.Repository, "yaml")
            .Where(block => block.Text.StartsWith("# values.yaml\n", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(blocks);
        foreach (var block in blocks)
        {
            await File.WriteAllTextAsync(file, block.Text, TestContext.Current.CancellationToken);
            await RenderedChart.RenderAsync("graft", "graft-system", ["--values", file]);
        }
    }

    [Fact]
    public async Task Documented_installations_render()
    {
        var commands = Markdown.Blocks(Shell.Repository, "")
            .SelectMany(block => block.Commands)
            .Where(command => command.StartsWith("helm install ", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(commands);
        foreach (var words in commands.Select(command => command.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            Assert.Equal(["graft", "charts/graft"], words[2..4]);
            var values = words[4..].SkipWhile(word => word != "--set").Where(word => word != "--wait");
            var chart = await RenderedChart.RenderAsync("graft", "graft-system", values);
            var image = chart.Only("Deployment").Text("spec", "template", "spec", "containers", 0, "image");
            // The default is served by no registry: a line without this would end in ImagePullBackOff.
            Assert.StartsWith("registry.example/", image, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("image.repository=graft.dev/operator", true)]
    [InlineData("image.repository=registry.example/graft/operator", false)]
    public async Task The_notes_say_what_to_do_where_no_registry_serves_the_image(string value, bool isUnserved)
    {
        var installed = await Helm.RunAsync("install", "graft", Helm.Chart, "--dry-run=client", "--namespace", "ops", "--set", value);
        var notes = installed.Succeeded();
        Assert.Contains("kubectl -n ops describe pods -l app.kubernetes.io/instance=graft", notes, StringComparison.Ordinal);
        Assert.Equal(isUnserved, notes.Contains("make push-images", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_value_has_a_default_and_a_schema()
    {
        var ct = TestContext.Current.CancellationToken;
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Helm.Chart, "values.schema.json"), ct))!;
        var values = new YamlStream();
        values.Load(new StringReader(await File.ReadAllTextAsync(Path.Combine(Helm.Chart, "values.yaml"), ct)));
        var root = (YamlMappingNode)values.Documents[0].RootNode;
        var defaults = root.Children.Keys.Select(key => key.ToString()).Order();
        var described = schema["properties"]!.AsObject().Select(property => property.Key).Where(name => name != "global").Order();
        Assert.Equal(defaults, described);
    }
}
