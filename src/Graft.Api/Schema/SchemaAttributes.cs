namespace Graft.Api.Schema;

/// <summary>Marks a class as a custom resource and names it on the API server.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CustomResourceAttribute(string kind, string plural, string shortName) : Attribute
{
    public string Kind { get; } = kind;

    public string Plural { get; } = plural;

    public string ShortName { get; } = shortName;
}

/// <summary>
/// A column of <c>kubectl get</c>, of a kind or of all that inherit it. Conditions are picked by type, never by position.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string type, string jsonPath, string description) : Attribute
{
    public string Name { get; } = name;

    public string Type { get; } = type;

    public string JsonPath { get; } = jsonPath;

    public string Description { get; } = description;

    /// <summary>0 is always shown; anything above only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }
}

/// <summary>A field by which <c>kubectl get --field-selector</c> picks resources.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SelectableFieldAttribute(string jsonPath) : Attribute
{
    public string JsonPath { get; } = jsonPath;
}

/// <summary>A path that must stay inside its folder: relative, without <c>..</c>. Becomes a CEL rule and a check of our own.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RelativePathAttribute : Attribute;

/// <summary>The names that a text may be, from the list that has them: the static property <c>Names</c> of a type.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowedNamesAttribute(Type list) : Attribute
{
    public IReadOnlyList<string> Names { get; } = (IReadOnlyList<string>)list.GetProperty(nameof(Names))!.GetValue(null)!;
}

/// <summary>
/// An object that means the same when it is absent and when it is empty: it is always there, so that several people may each set some of
/// its fields. Any other object without required fields is set as a whole.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SectionAttribute : Attribute;

/// <summary>
/// Exactly one of these fields (JSON names) of the object must be set, of all its fields where none is named. Becomes a CEL rule and a
/// check of our own.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ExactlyOneOfAttribute(params string[] fields) : Attribute
{
    public IReadOnlyList<string> Fields { get; } = fields;
}

/// <summary>At most one of the named fields may be set. Becomes a CEL rule and a check of our own.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class AtMostOneOfAttribute(params string[] fields) : Attribute
{
    public IReadOnlyList<string> Fields { get; } = fields;
}

/// <summary>
/// A string that holds a decimal number, as Kubernetes' conventions ask for in place of floats.
/// Bounds are inclusive unless said otherwise.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DecimalStringAttribute : Attribute
{
    public double Minimum { get; init; } = double.NegativeInfinity;

    public double Maximum { get; init; } = double.PositiveInfinity;

    public bool ExclusiveMinimum { get; init; }

    public bool ExclusiveMaximum { get; init; }
}

/// <summary>A list that the API server merges as a map with this key (server-side apply's <c>listType: map</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapKeyAttribute(string key) : Attribute
{
    public string Key { get; } = key;
}

/// <summary>Bounds of the length of each string in a list or map.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemLengthAttribute(int minimum, int maximum) : Attribute
{
    public int Minimum { get; } = minimum;

    public int Maximum { get; } = maximum;
}
