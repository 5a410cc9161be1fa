namespace Graft.Operator.Runtime;

/// <summary>Which objects of a collection are wanted.</summary>
/// <param name="Labels">A label selector; everything without it.</param>
/// <param name="Fields">A field selector; everything without it.</param>
public readonly record struct Selection(string? Labels, string? Fields = null)
{
    /// <summary>A label selector alone, or none.</summary>
    public static implicit operator Selection(string? labels)
    {
        return new Selection(labels);
    }

    /// <summary>A label selector alone, or none.</summary>
    public static Selection FromString(string? labels)
    {
        return new Selection(labels);
    }

    /// <summary>The selection as the rest of a query.</summary>
    public string Query => Parameter("labelSelector", Labels) + Parameter("fieldSelector", Fields);

    private static string Parameter(string name, string? value)
    {
        return value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
    }
}
