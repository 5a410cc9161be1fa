using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Graft.Tracking.FileStore;

/// <summary>
/// The YAML of <c>meta.yaml</c>: one level of scalars, and maps of strings that are only written. Reads what PyYAML's safe_dump writes
/// (plain, quoted and folded scalars) and writes strings in double quotes, which every YAML reader takes for strings, also if they look
/// like numbers.
/// </summary>
internal static class FlatYaml
{
    public static string Write(IEnumerable<KeyValuePair<string, object?>> entries)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in entries)
        {
            text.Append(key).Append(": ").Append(Scalar(value)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The scalars by key, as text; lists and maps come out as their source text.</summary>
    public static Dictionary<string, string> Read(string yaml)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        string? key = null;
        var value = new StringBuilder();
        foreach (var line in yaml.Split('\n'))
        {
            if (key is not null && (line.StartsWith(' ') || line.Length == 0))
            {
                value.Append('\n').Append(line);
                continue;
            }

            Add();
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            key = colon > 0 && !line.StartsWith('#') ? line[..colon] : null;
            value.Clear();
            value.Append(key is null ? "" : line[(colon + 1)..]);
        }

        Add();
        return entries;

        void Add()
        {
            if (key is not null)
            {
                entries[key] = Unquote(value.ToString().Trim());
            }
        }
    }

    private static string Scalar(object? value)
    {
        return value switch
        {
            null => "null",
            string text => JsonSerializer.Serialize(text),
            IReadOnlyDictionary<string, string> map => JsonSerializer.Serialize(map),
            IEnumerable<string> => "[]",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new ArgumentException($"{value.GetType().Name} is no scalar of meta.yaml.", nameof(value)),
        };
    }

    private static string Unquote(string text)
    {
        if (text.Length < 2 || text[0] != text[^1] || text[0] is not ('"' or '\''))
        {
            return Fold(text);
        }

        return text[0] == '\'' ? Fold(text[1..^1]).Replace("''", "'", StringComparison.Ordinal) : Unescape(text[1..^1]);
    }

    // A line end within a scalar stands for a space; an empty line stands for a line end.
    private static string Fold(string text)
    {
        if (!text.Contains('\n', StringComparison.Ordinal))
        {
            return text;
        }

        var lines = text.Split('\n').Select(line => line.Trim()).ToArray();
        var folded = new StringBuilder(lines[0]);
        var breaks = 0;
        foreach (var line in lines.Skip(1))
        {
            if (line.Length == 0)
            {
                breaks++;
                continue;
            }

            folded.Append(breaks == 0 ? " " : new string('\n', breaks)).Append(line);
            breaks = 0;
        }

        return folded.ToString();
    }

    private static string Unescape(string text)
    {
        // A backslash before a line end joins the lines without a space; PyYAML escapes a leading space of the next line.
        text = Fold(string.Concat(text.Split("\\\n").Select((part, i) => i == 0 ? part : part.TrimStart(' '))));
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
                continue;
            }

            i++;
            var digits = text[i] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits > 0 && i + digits < text.Length
                && int.TryParse(text.AsSpan(i + 1, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
            {
                plain.Append(digits == 8 ? char.ConvertFromUtf32(code) : ((char)code).ToString());
                i += digits;
                continue;
            }

            plain.Append(text[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '0' => '\0', 'e' => '\u001b', var other => other });
        }

        return plain.ToString();
    }
}
