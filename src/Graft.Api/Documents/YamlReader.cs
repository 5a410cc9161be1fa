using Graft.Api.Validation;
using Graft.Common;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Graft.Api.Documents;

/// <summary>
/// Reads YAML (and JSON, which is YAML) and keeps the place of every value. Anchors and merge keys are resolved. Time and memory grow with
/// the text and no faster, whatever the text is.
/// </summary>
internal sealed class YamlReader
{
    // Deeper nesting and larger expansions of aliases are attacks, not specs.
    private const int MaximumDepth = 64;
    private const int MaximumNodes = 400_000;

    // What !!str stands for.
    private const string TextTag = "tag:yaml.org,2002:str";

    private readonly string _text;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, DocumentNode> _anchors = [];
    private readonly Action<int, int, SpecProblem> _report;
    private int _read;

    private YamlReader(string text, Action<int, int, SpecProblem> report)
    {
        _text = text;
        _parser = new Parser(new StringReader(text));
        _report = report;
    }

    /// <summary>The documents of a text that are not empty, up to the first one that is not YAML.</summary>
    /// <param name="text">What the file holds.</param>
    /// <param name="report">Takes syntax errors and duplicate keys, with their lines and columns.</param>
    /// <param name="isWhole">Whether all of the text was read.</param>
    public static IReadOnlyList<DocumentNode> Read(string text, Action<int, int, SpecProblem> report, out bool isWhole)
    {
        var documents = new List<DocumentNode>();
        isWhole = false;
        if (YamlFaults.FindForbidden(text) is var (line, column, message))
        {
            report(line, column, Bad(message, null));
            return documents;
        }

        var reader = new YamlReader(text, report);
        try
        {
            reader.ReadInto(documents);
            isWhole = true;
        }
        catch (YamlException error)
        {
            reader.ReportSyntax(error.Start, error.End, error.Message);
        }
#pragma warning disable CA1031 // YamlDotNet ends with all kinds of exceptions on malformed texts, where it should have refused them.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            var end = reader._parser.Current?.End ?? Mark.Empty;
            reader.ReportSyntax(end, end, "it stops making sense here");
        }

        return documents;
    }

    private void ReadInto(List<DocumentNode> documents)
    {
        var size = 0L;
        _parser.Consume<StreamStart>();
        while (_parser.TryConsume<DocumentStart>(out var start))
        {
            _anchors.Clear();
            var node = Node(depth: 0);
            _parser.Consume<DocumentEnd>();
            size += node.Size;
            if (size > MaximumNodes)
            {
                throw TooMany(start);
            }

            if (node is not DocumentScalar { Value: null })
            {
                documents.Add(node);
            }
        }
    }

    private DocumentNode Node(int depth)
    {
        var start = _parser.Current!;
        if (++_read > MaximumNodes)
        {
            throw TooMany(start);
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value, out var target)
                ? target
                : throw new YamlException(
                    alias.Start, alias.End, $"the alias *{Short(alias.Value)} has no anchor &{Short(alias.Value)} before it");
        }

        if (depth >= MaximumDepth)
        {
            throw new YamlException(start.Start, start.End, $"values are nested more than {MaximumDepth} deep");
        }

        DocumentNode node = start switch
        {
            MappingStart => Mapping(depth),
            SequenceStart => Sequence(depth),
            YamlDotNet.Core.Events.Scalar => Scalar(),
            _ => throw new YamlException(start.Start, start.End, "a value is missing"),
        };
        if (node.Size > MaximumNodes)
        {
            throw TooMany(start);
        }

        if (start is NodeEvent { Anchor: { IsEmpty: false } anchor })
        {
            _anchors[anchor] = node;
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
        var own = new Dictionary<string, DocumentEntry>();
        var merged = new List<DocumentNode>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = _parser.Current as Scalar
                ?? throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a key must be a plain string");
            _parser.MoveNext();
            var entry = new DocumentEntry(key.Value, Node(depth + 1), LineOf(key.Start), ColumnOf(key.Start));
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                merged.Add(entry.Value);
            }
            else if (own.TryAdd(entry.Key, entry))
            {
                entries.Add(entry);
            }
            else
            {
                var remedy = $"line {own[entry.Key].KeyLine} has it already; keep one";
                _report(entry.KeyLine, entry.KeyColumn, new SpecProblem(
                    Severity.Error, ProblemCodes.DuplicateKey, FieldPath.Root, $"the key \"{VisibleText.Short(entry.Key)}\" is here twice", remedy));
            }
        }

        Merge(entries, own, merged, start);
        return new DocumentMapping(entries, LineOf(start.Start), ColumnOf(start.Start));
    }

    // A mapping's own keys win over merged ones, earlier merged mappings over later ones.
    private void Merge(
        List<DocumentEntry> entries, Dictionary<string, DocumentEntry> own, List<DocumentNode> merged, MappingStart start)
    {
        foreach (var node in merged.SelectMany(node => node is DocumentSequence list ? list.Items : [node]))
        {
            if (node is not DocumentMapping mapping)
            {
                throw new YamlException(start.Start, start.End, $"<< merges mappings only, this is {node.Describe()}");
            }

            foreach (var entry in mapping.Entries)
            {
                // Merged a thousand times, a mapping of a thousand keys is a million lookups, which the text does not have.
                if (++_read > MaximumNodes)
                {
                    throw TooMany(start);
                }

                if (own.TryAdd(entry.Key, entry))
                {
                    entries.Add(entry);
                }
            }
        }
    }

    private void ReportSyntax(Mark place, Mark end, string message)
    {
        // Of a mapping with a tab in it the library names the beginning.
        var isTab = message.Contains("tab", StringComparison.Ordinal);
        if (YamlFaults.FindTab(_text, LineOf(end) - 1, isTab ? int.MaxValue : LineOf(end) + 1) is var (line, column))
        {
            _report(line, column, Bad("a tab in the indentation", "indent with spaces"));
        }
        else
        {
            // Where the text ends within something, the library has no place.
            _report(Math.Max(1, LineOf(place)), Math.Max(1, ColumnOf(place)), Bad(VisibleText.Short(message, longest: 400), null));
        }
    }

    private static SpecProblem Bad(string message, string? remedy)
    {
        return new SpecProblem(Severity.Error, ProblemCodes.BadYaml, FieldPath.Root, $"this is not YAML: {message}", remedy);
    }

    private static YamlException TooMany(ParsingEvent at)
    {
        return new YamlException(at.Start, at.End, $"the file has more than {MaximumNodes} values; give its documents in several files");
    }

    private static string Short(AnchorName name)
    {
        return VisibleText.Short(name.Value);
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
