using System.Text;
using System.Text.RegularExpressions;
using Graft.Common;

namespace Graft.Api.Validation;

/// <summary>Where a value is in a document: <c>spec.parameters[2].field</c>.</summary>
public sealed partial record FieldPath
{
    private FieldPath(FieldPath? parent, string? name, int? index)
    {
        Parent = parent;
        Name = name;
        Index = index;
    }

    /// <summary>The document itself.</summary>
    public static FieldPath Root { get; } = new(null, null, null);

    /// <summary>The path without its last step; null for the document itself.</summary>
    public FieldPath? Parent { get; }

    /// <summary>The last step, where it is a field.</summary>
    public string? Name { get; }

    /// <summary>The last step, where it is an item of a list, from zero.</summary>
    public int? Index { get; }

    /// <summary>The path of these fields, from the document down.</summary>
    public static FieldPath Of(params IEnumerable<string> names)
    {
        return Root.Field(names);
    }

    /// <summary>A field below this path.</summary>
    public FieldPath Field(string name)
    {
        return new FieldPath(this, name, null);
    }

    /// <summary>A field further below this path.</summary>
    public FieldPath Field(params IEnumerable<string> names)
    {
        return names.Aggregate(this, (path, name) => path.Field(name));
    }

    /// <summary>An item of the list at this path.</summary>
    public FieldPath Item(int index)
    {
        return new FieldPath(this, null, index);
    }

    /// <summary>The steps from the document down to here.</summary>
    public IEnumerable<FieldPath> Steps()
    {
        return Parent is null ? [] : Parent.Steps().Append(this);
    }

    /// <summary>The path as people write it; keys that are no plain words stand in brackets.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var step in Steps())
        {
            if (step.Index is { } index)
            {
                text.Append('[').Append(index).Append(']');
            }
            else if (PlainWord().IsMatch(step.Name!))
            {
                text.Append(text.Length == 0 ? "" : ".").Append(VisibleText.Short(step.Name!));
            }
            else
            {
                text.Append("[\"").Append(VisibleText.Short(step.Name!)).Append("\"]");
            }
        }

        return text.ToString();
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]*\z")]
    private static partial Regex PlainWord();
}
