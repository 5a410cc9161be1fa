using Graft.Api.Validation;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Graft.Api.Documents;

/// <summary>Reads YAML (and JSON, which is YAML) and keeps the place of every value. Anchors and merge keys are resolved.</summary>
internal sealed class YamlReader
{
    // Deeper nesting and larger expansions of aliases are attacks, not specs.
    private const int MaximumDepth = 64;
    private const int MaximumNodes = 100_000;

    // What !!str stands for.
    private const string TextTag = "tag:yaml.org,2002:str";

    private readonly string _file;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, DocumentNode> _anchors = [];
    private readonly List<Diagnostic> _diagnostics = [];

    private YamlReader(string file, string text)
    {
        _file = file;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The documents of a text that are not empty, up to the first one that is not YAML.</summary>
    /// <param name="file">The file's name for diagnostics.</param>
    /// <param name="text">What the file holds.</param>
    /// <param name="diagnostics">Syntax errors and duplicate keys.</param>
    public static IReadOnlyList<DocumentNode> Read(string file, string text, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var reader = new YamlReader(file, text);
        var documents = new List<DocumentNode>();
        try
        {
            reader._parser.Consume<StreamStart>();
            while (reader._parser.TryConsume<DocumentStart>(out _))
            {
                reader._anchors.Clear();
                var node = reader.Node(depth: 0);
                reader._parser.Consume<DocumentEnd>();
                if (node is not DocumentScalar { Value: null })
                {
                    documents.Add(node);
                }
            }
        }
        catch (YamlException error)
        {
            reader.Report(ProblemCodes.BadYaml, error.Start, $"this is not YAML: {error.Message}", null);
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet's state machine ends like this on some malformed texts, where it should have refused them.
            reader.Report(ProblemCodes.BadYaml, reader._parser.Current?.End ?? Mark.Empty, "this is not YAML", null);
        }

        diagnostics = reader._diagnostics;
        return documents;
    }

    private DocumentNode Node(int depth)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value, out var target)
                ? target
                : throw new YamlException(alias.Start, alias.End, $"the alias *{alias.Value} has no anchor &{alias.Value} before it");
        }

        var start = _parser.Current as NodeEvent ?? throw new YamlException("a value is missing");
        if (depth > MaximumDepth)
        {
            throw new YamlException(start.Start, start.End, $"values are nested more than {MaximumDepth} deep");
        }

        DocumentNode node = start switch
        {
            MappingStart => Mapping(depth),
            SequenceStart => Sequence(depth),
            _ => Scalar(),
        };
        if (node.Size > MaximumNodes)
        {
            throw new YamlException(start.Start, start.End, $"the document has more than {MaximumNodes} values");
        }

        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor] = node;
        }

        return node;
    }

    private DocumentScalar Scalar()
    {
        var scalar = _parser.Consume<Scalar>();
        var isText = scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == TextTag);
        var value = isText ? scalar.Value : ScalarValue.Of(scalar.Value);
        return new DocumentScalar(value, scalar.Value, LineOf(scalar.Start), ColumnOf(scalar.Start));
    }

    private DocumentSequence Sequence(int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<DocumentNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return new DocumentSequence(items, LineOf(start.Start), ColumnOf(start.Start));
    }

    private DocumentMapping Mapping(int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new List<DocumentEntry>();
        var merged = new List<DocumentNode>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = _parser.Current as Scalar
                ?? throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a key must be a plain string");
            _parser.MoveNext();
            var value = Node(depth + 1);
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                merged.Add(value);
            }
            else if (entries.Find(entry => entry.Key == key.Value) is { } first)
            {
                var remedy = $"line {first.KeyLine} has it already; keep one";
                Report(ProblemCodes.DuplicateKey, key.Start, $"the key \"{key.Value}\" is here twice", remedy);
            }
            else
            {
                entries.Add(new DocumentEntry(key.Value, value, LineOf(key.Start), ColumnOf(key.Start)));
            }
        }

        Merge(entries, merged, start);
        return new DocumentMapping(entries, LineOf(start.Start), ColumnOf(start.Start));
    }

    // A mapping's own keys win over merged ones, earlier merged mappings over later ones.
    private static void Merge(List<DocumentEntry> entries, List<DocumentNode> merged, MappingStart start)
    {
        foreach (var node in merged.SelectMany(node => node is DocumentSequence list ? list.Items : [node]))
        {
            if (node is not DocumentMapping mapping)
            {
                throw new YamlException(start.Start, start.End, $"<< merges mappings only, this is {node.Describe()}");
            }

            entries.AddRange(mapping.Entries.Where(entry => entries.TrueForAll(own => own.Key != entry.Key)).ToList());
        }
    }

    private void Report(string code, Mark place, string message, string? remedy)
    {
        _diagnostics.Add(new Diagnostic(
            _file, LineOf(place), ColumnOf(place), new SpecProblem(Severity.Error, code, FieldPath.Root, message, remedy)));
    }

    private static int LineOf(Mark mark)
    {
        return (int)mark.Line;
    }

    private static int ColumnOf(Mark mark)
    {
        return (int)mark.Column;
    }
}
