using Graft.Api.Validation;
using Graft.Common;

namespace Graft.Api.Documents;

/// <summary>A value in a YAML or JSON document, with its place in the text.</summary>
/// <param name="Line">The line, from one; zero where the value was not read from a text.</param>
/// <param name="Column">The column, from one.</param>
public abstract record DocumentNode(int Line, int Column)
{
    /// <summary>The number of nodes from here down, each alias counted as what it stands for.</summary>
    public virtual long Size => 1;

    /// <summary>The value in words, for "expected …, found …".</summary>
    public abstract string Describe();

    /// <summary>
    /// The place of a path: a scalar's own, else that of its key; of the last step that exists where the path leads to nothing.
    /// </summary>
    /// <param name="path">The path, from this node down.</param>
    /// <param name="atKey">Whether the key is meant even of a scalar.</param>
    public (int Line, int Column) Locate(FieldPath path, bool atKey = false)
    {
        var (node, place) = (this, (Line, Column));
        foreach (var step in path.Steps())
        {
            if (step.Index is { } index && node is DocumentSequence list && index < list.Items.Count)
            {
                node = list.Items[index];
                place = (node.Line, node.Column);
            }
            else if (step.Name is { } name && (node as DocumentMapping)?.Entry(name) is { } entry)
            {
                node = entry.Value;
                place = !atKey && node is DocumentScalar { Value: not null } ? (node.Line, node.Column) : (entry.KeyLine, entry.KeyColumn);
            }
            else
            {
                break;
            }
        }

        return place;
    }
}

/// <summary>A mapping; its keys are distinct.</summary>
public sealed record DocumentMapping(IReadOnlyList<DocumentEntry> Entries, int Line, int Column) : DocumentNode(Line, Column)
{
    private readonly Dictionary<string, DocumentEntry> _byKey = Entries.ToDictionary(entry => entry.Key);

    public override long Size { get; } = 1 + Entries.Sum(entry => entry.Value.Size);

    /// <summary>The entry of this key, or null.</summary>
    public DocumentEntry? Entry(string key)
    {
        return _byKey.GetValueOrDefault(key);
    }

    /// <summary>The value of this key; null where there is none, or where it is null.</summary>
    public DocumentNode? Get(string key)
    {
        return Entry(key)?.Value is { } value and not DocumentScalar { Value: null } ? value : null;
    }

    /// <summary>The string at this key, or null.</summary>
    public string? GetText(string key)
    {
        return (Get(key) as DocumentScalar)?.Value as string;
    }

    public override string Describe()
    {
        return "a mapping";
    }
}

/// <summary>An entry of a mapping, with the place of its key.</summary>
public sealed record DocumentEntry(string Key, DocumentNode Value, int KeyLine, int KeyColumn);

/// <summary>A list.</summary>
public sealed record DocumentSequence(IReadOnlyList<DocumentNode> Items, int Line, int Column) : DocumentNode(Line, Column)
{
    public override long Size { get; } = 1 + Items.Sum(item => item.Size);

    public override string Describe()
    {
        return "a list";
    }
}

/// <summary>A scalar.</summary>
/// <param name="Value">Null, a bool, a long, a double or a string.</param>
/// <param name="Text">The scalar as it was written, without quotes.</param>
/// <param name="Line">See <see cref="DocumentNode"/>.</param>
/// <param name="Column">See <see cref="DocumentNode"/>.</param>
public sealed record DocumentScalar(object? Value, string Text, int Line, int Column) : DocumentNode(Line, Column)
{
    public override string Describe()
    {
        var text = VisibleText.Short(Text);
        return Value switch
        {
            null => "nothing",
            bool => $"the boolean {text}",
            string => $"the string \"{text}\"",
            _ => $"the number {text}",
        };
    }
}
