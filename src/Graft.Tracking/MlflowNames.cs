using System.Globalization;
using System.Text;

namespace Graft.Tracking;

/// <summary>MLflow's rules for names and values (mlflow/utils/validation.py), applied before it has to refuse something.</summary>
internal static class MlflowNames
{
    public const int MaxKeyLength = 250;
    public const int MaxParameterLength = 6000;
    public const int MaxTagLength = 8000;
    public const int MaxDatasetNameLength = 500;
    public const int MaxDatasetDigestLength = 36;

    /// <summary>
    /// A key that MLflow takes: letters, digits and <c>_ - . space : /</c>, at most 250 of them, and a path in normal form,
    /// because the file layout uses it as one.
    /// </summary>
    public static string Key(string key)
    {
        var text = new StringBuilder(key.Length);
        foreach (var character in key)
        {
            text.Append(char.IsAsciiLetterOrDigit(character) || "_-. :/".Contains(character, StringComparison.Ordinal) ? character : '_');
        }

        var segments = text.ToString().Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i] is "." or "..")
            {
                segments[i] = segments[i].Replace('.', '_');
            }
        }

        var normal = string.Join('/', segments);
        normal = normal.Length > MaxKeyLength ? normal[..MaxKeyLength].TrimEnd('/') : normal;
        return normal.Length == 0 ? "_" : normal;
    }

    /// <summary>The value, cut where MLflow would cut it: a value that is sent again must equal the one that is stored.</summary>
    public static string Cut(string value, int limit)
    {
        return value.Length > limit ? value[..limit] : value;
    }

    /// <summary>A double as Python reads it back exactly.</summary>
    public static string Number(double value)
    {
        return value switch
        {
            double.NaN => "nan",
            double.PositiveInfinity => "inf",
            double.NegativeInfinity => "-inf",
            _ => value.ToString("R", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The double of a text that <see cref="Number"/> or Python wrote; null where it is none.</summary>
    public static double? ReadNumber(string text)
    {
        return text switch
        {
            "nan" => double.NaN,
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null,
        };
    }
}
