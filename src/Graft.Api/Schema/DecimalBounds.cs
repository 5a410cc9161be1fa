using System.Globalization;

namespace Graft.Api.Schema;

/// <summary>The bounds of a decimal number that is written as a string.</summary>
public sealed record DecimalBounds(double Minimum, bool ExclusiveMinimum, double Maximum, bool ExclusiveMaximum)
{
    /// <summary>The form of a decimal: what both <c>double.Parse</c> and CEL's <c>double()</c> read.</summary>
    public const string Pattern = "^[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$";

    /// <summary>The form in words.</summary>
    public const string PatternMeaning = "a decimal number such as \"0.1\" or \"2e-4\"";

    /// <summary>More characters than this say nothing that a double can hold.</summary>
    public const int MaxLength = 32;

    /// <summary>Whether there is any bound at all.</summary>
    public bool IsBounded => double.IsFinite(Minimum) || double.IsFinite(Maximum);

    /// <summary>Whether a number lies inside.</summary>
    public bool Contains(double value)
    {
        return (ExclusiveMinimum ? value > Minimum : value >= Minimum) && (ExclusiveMaximum ? value < Maximum : value <= Maximum);
    }

    /// <summary>The bounds in words: <c>above 0 and at most 10</c>.</summary>
    public override string ToString()
    {
        var bounds = new List<string>();
        if (double.IsFinite(Minimum))
        {
            bounds.Add((ExclusiveMinimum ? "above " : "at least ") + Minimum.ToString(CultureInfo.InvariantCulture));
        }

        if (double.IsFinite(Maximum))
        {
            bounds.Add((ExclusiveMaximum ? "below " : "at most ") + Maximum.ToString(CultureInfo.InvariantCulture));
        }

        return bounds.Count == 0 ? "any" : string.Join(" and ", bounds);
    }
}
