using System.Globalization;

namespace Graft.Api.Validation;

/// <summary>The number that a Kubernetes quantity of the forms that the API allows stands for: <c>500m</c>, <c>2</c>, <c>2Gi</c>.</summary>
public static class Quantity
{
    private static readonly IReadOnlyDictionary<string, double> Units = new Dictionary<string, double>
    {
        [""] = 1,
        ["m"] = 1e-3,
        ["k"] = 1e3,
        ["M"] = 1e6,
        ["G"] = 1e9,
        ["T"] = 1e12,
        ["Ki"] = 1024,
        ["Mi"] = 1024d * 1024,
        ["Gi"] = 1024d * 1024 * 1024,
        ["Ti"] = 1024d * 1024 * 1024 * 1024,
    };

    /// <summary>Reads a quantity.</summary>
    /// <exception cref="FormatException">The text is not of an allowed form.</exception>
    public static double Parse(string text)
    {
        var digits = text.TakeWhile(character => char.IsAsciiDigit(character) || character == '.').Count();
        return Units.TryGetValue(text[digits..], out var unit)
            && double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number * unit
            : throw new FormatException($"\"{text}\" is not a quantity.");
    }
}
