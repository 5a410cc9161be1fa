using System.Globalization;
using System.Text.RegularExpressions;
using Graft.Api.Documents;
using Graft.Api.Schema;
using Graft.Common;

namespace Graft.Api.Validation;

/// <summary>The checks of strings, integers, booleans and times.</summary>
internal static class ScalarChecks
{
    /// <summary>Whether a scalar has the schema's type.</summary>
    public static bool Accepts(SchemaNode schema, DocumentScalar scalar)
    {
        return (schema.Kind, scalar.Value) switch
        {
            (SchemaKind.String or SchemaKind.Time, string) => true,
            (SchemaKind.Boolean, bool) => true,
            (SchemaKind.Integer, long) => true,
            (SchemaKind.Integer, double number) => DocumentJson.IsWhole(number),
            _ => false,
        };
    }

    /// <summary>What is wrong with a scalar of the right type.</summary>
    public static IEnumerable<SpecProblem> Check(SchemaNode schema, DocumentScalar scalar, FieldPath path)
    {
        return scalar.Value switch
        {
            string text when schema.Kind == SchemaKind.Time => Time(text, path),
            string text => Text(schema, text, path),
            bool => [],
            { } number => Integer(schema, Convert.ToInt64(number, CultureInfo.InvariantCulture), path),
            _ => [],
        };
    }

    /// <summary>The bounds of a length in words.</summary>
    public static string LengthBounds(SchemaNode schema)
    {
        var unit = SchemaMessages.UnitOf(schema);
        return (schema.MinLength, schema.MaxLength) switch
        {
            ({ } minimum, { } maximum) => $"{minimum} to {English.Count(maximum, unit)} are allowed",
            ({ } minimum, null) => $"at least {English.Count(minimum, unit)} {Are(minimum)} needed",
            (_, var maximum) => $"at most {English.Count(maximum ?? 0, unit)} {Are(maximum ?? 0)} allowed",
        };

        static string Are(long count)
        {
            return count == 1 ? "is" : "are";
        }
    }

    private static IEnumerable<SpecProblem> Integer(SchemaNode schema, long number, FieldPath path)
    {
        var minimum = schema.Minimum ?? (schema.IsLong ? long.MinValue : int.MinValue);
        var maximum = schema.Maximum ?? (schema.IsLong ? long.MaxValue : int.MaxValue);
        if (number < minimum || number > maximum)
        {
            yield return Problem(ProblemCodes.OutOfBounds, path, $"{number} is out of bounds", $"{minimum} to {maximum} are allowed");
        }
    }

    private static IEnumerable<SpecProblem> Time(string text, FieldPath path)
    {
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            yield return Problem(
                ProblemCodes.BadFormat, path, $"\"{VisibleText.Short(text)}\" is no time", "write it as in \"2026-01-31T12:00:00Z\"");
        }
    }

    // The first broken rule only: a value of the wrong form breaks most of the others too.
    private static IEnumerable<SpecProblem> Text(SchemaNode schema, string text, FieldPath path)
    {
        // The API server counts code points.
        var length = text.EnumerateRunes().Count();
        var shown = VisibleText.Short(text);
        if (schema.AllowedValues is { } allowed && !allowed.Contains(text))
        {
            var near = NearestName.Find(text, allowed) is { } name ? $"did you mean \"{name}\"? " : "";
            yield return Problem(
                ProblemCodes.NotAllowed, path, $"\"{shown}\" is not allowed", $"{near}(allowed: {string.Join(", ", allowed)})");
        }
        else if (length < schema.MinLength || length > schema.MaxLength)
        {
            yield return Problem(ProblemCodes.OutOfBounds, path, $"has {English.Count(length, "character")}", LengthBounds(schema));
        }
        else if (schema.Pattern is { } pattern && !Matches(pattern, text))
        {
            yield return Problem(
                ProblemCodes.BadFormat, path, $"\"{shown}\" has the wrong form", $"expected {schema.PatternMeaning ?? pattern}");
        }
        else if (schema.Decimal is { } bounds && !IsInside(bounds, text))
        {
            yield return Problem(ProblemCodes.OutOfBounds, path, $"\"{shown}\" is out of bounds", SchemaMessages.OutOfBounds(bounds));
        }
        else if (schema.IsRelativePath && (text.StartsWith('/') || text.Split('/').Contains("..")))
        {
            yield return Problem(ProblemCodes.BadFormat, path, $"\"{shown}\" leads out of its folder", SchemaMessages.NotRelative);
        }
    }

    private static bool IsInside(DecimalBounds bounds, string text)
    {
        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value) && bounds.Contains(value);
    }

    /// <summary>
    /// Whether a text matches a CRD's pattern as the API server (RE2) matches it: in linear time, and with <c>$</c> at the very end only.
    /// </summary>
    public static bool Matches(string pattern, string text)
    {
        var strict = pattern.EndsWith('$') ? pattern[..^1] + "\\z" : pattern;
        return Regex.IsMatch(text, strict, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }

    private static SpecProblem Problem(string code, FieldPath path, string message, string remedy)
    {
        return new SpecProblem(Severity.Error, code, path, message, remedy);
    }
}
