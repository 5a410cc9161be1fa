using YamlDotNet.RepresentationModel;

namespace Graft.Cluster.Tests;

/// <summary>The files of examples/quickstart, which users apply as they are; and variations of them for shorter tests.</summary>
public sealed class Quickstart
{
    private readonly YamlStream _documents = new();

    private Quickstart(string text)
    {
        _documents.Load(new StringReader(text));
    }

    /// <summary>The folder that a user applies.</summary>
    public static string Folder { get; } = Path.Combine(Shell.Repository, "examples", "quickstart");

    /// <summary>The name of the run in it.</summary>
    public static string RunName => new Quickstart(AllText()).Run.Text("metadata", "name");

    private IEnumerable<YamlMappingNode> Roots => _documents.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>();

    private YamlMappingNode Run => Roots.Single(root => root.Text("kind") == "AdapterTrainingRun");

    /// <summary>The quickstart with a training of some steps, evaluated on few records: seconds in place of minutes.</summary>
    public static Quickstart Short(int steps)
    {
        var quickstart = new Quickstart(AllText());
        var spec = (YamlMappingNode)quickstart.Run.At("spec")!;
        quickstart.Set("training", "maxSteps", steps.ToString(System.Globalization.CultureInfo.InvariantCulture));
        ((YamlMappingNode)spec.At("training")!).Children.Remove(new YamlScalarNode("epochs"));
        quickstart.Set("evaluation", "maxRecords", "16");
        quickstart.Set("evaluation", "generateRecords", "0");
        return quickstart;
    }

    /// <summary>Sets a field of a section of the run's spec.</summary>
    public Quickstart Set(string section, string field, string value)
    {
        var spec = (YamlMappingNode)Run.At("spec")!;
        if (spec.At(section) is not YamlMappingNode fields)
        {
            spec.Add(section, fields = []);
        }

        fields.Children[new YamlScalarNode(field)] = new YamlScalarNode(value);
        return this;
    }

    /// <summary>The documents but those of a kind.</summary>
    public string Without(string kind)
    {
        return Text(root => root.Text("kind") != kind);
    }

    /// <summary>The documents of a kind.</summary>
    public string Only(string kind)
    {
        return Text(root => root.Text("kind") == kind);
    }

    /// <summary>All documents.</summary>
    public override string ToString()
    {
        return Text(_ => true);
    }

    private string Text(Func<YamlMappingNode, bool> chosen)
    {
        var stream = new YamlStream(Roots.Where(chosen).Select(root => new YamlDocument(root)));
        using var text = new StringWriter();
        stream.Save(text, assignAnchors: false);
        return text.ToString().Replace("...\n", "---\n", StringComparison.Ordinal);
    }

    private static string AllText()
    {
        return string.Join("\n---\n", Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText));
    }
}
