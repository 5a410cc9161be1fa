using System.Globalization;
using System.Text.RegularExpressions;

namespace Graft.Api.Documents;

/// <summary>
/// What a bare YAML scalar means, by YAML 1.1 as kubectl and the API server read it: <c>yes</c> is a boolean and <c>2e-4</c> a number.
/// </summary>
internal static partial class ScalarValue
{
    private static readonly HashSet<string> Nulls = ["", "~", "null", "Null", "NULL"];

    private static readonly HashSet<string> Truths = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];

    private static readonly HashSet<string> Untruths = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];

    /// <summary>Null, a bool, a long, a double, or the text itself.</summary>
    public static object? Of(string text)
    {
        if (Nulls.Contains(text))
        {
            return null;
        }

        if (Truths.Contains(text) || Untruths.Contains(text))
        {
            return Truths.Contains(text);
        }

        if (Whole().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        // A number that no double holds is a text, as it is to the API server.
        return Fraction().IsMatch(text)
            ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? number : text
            : Prefixed().Match(text) is { Success: true } prefixed ? FromBase(prefixed) ?? text
            : text;
    }

    private static object? FromBase(Match number)
    {
        var digits = number.Groups["digits"].Value;
        try
        {
            return number.Groups["prefix"].Value switch
            {
                "0x" => Convert.ToInt64(digits, 16),
                "0b" => Convert.ToInt64(digits, 2),
                _ => Convert.ToInt64(digits, 8),
            };
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9]*)\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"^(?<prefix>0x|0b|0o|0)(?<digits>[0-9a-fA-F]+)\z")]
    private static partial Regex Prefixed();
}
