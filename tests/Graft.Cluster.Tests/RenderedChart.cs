using YamlDotNet.RepresentationModel;

namespace Graft.Cluster.Tests;

/// <summary>The objects that the chart renders to with some values.</summary>
public sealed class RenderedChart(IReadOnlyList<YamlMappingNode> objects)
{
    /// <summary>Renders the chart as release <c>graft</c> in namespace <c>graft-system</c>.</summary>
    /// <param name="values">Values as <c>--set</c> takes them.</param>
    public static Task<RenderedChart> RenderAsync(params string[] values)
    {
        return RenderAsync("graft", "graft-system", [.. values.SelectMany(value => new[] { "--set", value })]);
    }

    /// <summary>Renders the chart as a release.</summary>
    /// <param name="release">The release's name.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="arguments">Further arguments of <c>helm template</c>.</param>
    public static async Task<RenderedChart> RenderAsync(string release, string ns, IEnumerable<string> arguments)
    {
        var rendered = await Helm.RunAsync(["template", release, Helm.Chart, "--namespace", ns, .. arguments]);
        var stream = new YamlStream();
        stream.Load(new StringReader(rendered.Succeeded()));
        return new RenderedChart([.. stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>()]);
    }

    /// <summary>All objects.</summary>
    public IReadOnlyList<YamlMappingNode> Objects => objects;

    /// <summary>All objects of a kind.</summary>
    public IEnumerable<YamlMappingNode> OfKind(string kind)
    {
        return objects.Where(item => item.Text("kind") == kind);
    }

    /// <summary>The only object of a kind.</summary>
    public YamlMappingNode Only(string kind)
    {
        return OfKind(kind).Single();
    }

    /// <summary>The kinds of all objects, each once, sorted.</summary>
    public IEnumerable<string> Kinds => objects.Select(item => item.Text("kind")).Distinct().Order();
}

/// <summary>Reading YAML by path.</summary>
public static class YamlReading
{
    /// <summary>The node at a path of keys and list positions, or null.</summary>
    public static YamlNode? At(this YamlNode node, params object[] path)
    {
        var current = node;
        foreach (var step in path)
        {
            current = (current, step) switch
            {
                (YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null,
                (YamlSequenceNode list, int position) => list.Children.ElementAtOrDefault(position),
                _ => null,
            };
        }

        return current;
    }

    /// <summary>The text at a path.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static string Text(this YamlNode node, params object[] path)
    {
        return (node.At(path) as YamlScalarNode)?.Value ?? throw new KeyNotFoundException($"no text at {string.Join('.', path)} of {node}");
    }

    /// <summary>The list at a path; empty where there is none.</summary>
    public static IEnumerable<YamlNode> List(this YamlNode node, params object[] path)
    {
        return node.At(path) as YamlSequenceNode ?? Enumerable.Empty<YamlNode>();
    }
}
