namespace Graft.Api.Schema;

/// <summary>
/// What a value is. There are no floating-point numbers: decimals are strings with <see cref="SchemaNode.Decimal"/> bounds.
/// </summary>
public enum SchemaKind
{
    /// <summary>Not checked here: fields that belong to the API server.</summary>
    Any,

    /// <summary>A mapping with known fields.</summary>
    Object,

    /// <summary>A mapping from any key to values of one schema.</summary>
    Map,
    List,
    String,
    Integer,
    Boolean,

    /// <summary>An RFC 3339 time, in status only.</summary>
    Time,
}

/// <summary>
/// One value's schema. The CRDs, the API reference and the checks of the command line and the operator are all made from this
/// model, so that they cannot disagree.
/// </summary>
public sealed record SchemaNode
{
    public required SchemaKind Kind { get; init; }

    /// <summary>What the value means, in sentences; empty where the documentation file was not at hand.</summary>
    public string Description { get; init; } = "";

    /// <summary>The value that an absent field gets: a string, an int, a long or a bool.</summary>
    public object? Default { get; init; }

    /// <summary>The least integer.</summary>
    public long? Minimum { get; init; }

    /// <summary>The largest integer.</summary>
    public long? Maximum { get; init; }

    /// <summary>Whether an integer needs 64 bits.</summary>
    public bool IsLong { get; init; }

    /// <summary>The least number of characters, items or entries.</summary>
    public int? MinLength { get; init; }

    /// <summary>The largest number of characters, items or entries.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The expression that a string must match.</summary>
    public string? Pattern { get; init; }

    /// <summary>The pattern in words, after "expected".</summary>
    public string? PatternMeaning { get; init; }

    /// <summary>The only values that a string may have; null where any is allowed.</summary>
    public IReadOnlyList<string>? AllowedValues { get; init; }

    /// <summary>Set where a string holds a decimal number.</summary>
    public DecimalBounds? Decimal { get; init; }

    /// <summary>Whether a string is a path that must stay inside its folder.</summary>
    public bool IsRelativePath { get; init; }

    /// <summary>An object's fields, in the order of their declaration.</summary>
    public IReadOnlyList<SchemaField> Fields { get; init; } = [];

    /// <summary>The schema of a list's items or a map's values.</summary>
    public SchemaNode? Items { get; init; }

    /// <summary>The field by which a list's items are told apart; null where the list is replaced as a whole.</summary>
    public string? ListMapKey { get; init; }

    /// <summary>Whether apply takes an object or a map as one value instead of field by field.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>Whether an object means the same when it is absent and when it is empty.</summary>
    public bool IsSection { get; init; }

    /// <summary>Groups of an object's fields of which exactly one must be set.</summary>
    public IReadOnlyList<IReadOnlyList<string>> ExactlyOneOf { get; init; } = [];

    /// <summary>Groups of an object's fields of which at most one may be set.</summary>
    public IReadOnlyList<IReadOnlyList<string>> AtMostOneOf { get; init; } = [];

    /// <summary>The field of this name, or null.</summary>
    public SchemaField? Field(string name)
    {
        return Fields.FirstOrDefault(field => field.Name == name);
    }
}

/// <summary>A field of an object.</summary>
/// <param name="Name">The name in JSON.</param>
/// <param name="Schema">What it holds.</param>
/// <param name="IsRequired">Whether it must be set.</param>
public sealed record SchemaField(string Name, SchemaNode Schema, bool IsRequired);
