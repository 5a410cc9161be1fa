using System.Text;

namespace Graft.Cli.Tests.Hostile;

/// <summary>
/// Damages specs, the same way for the same seed: bytes, words, and whole values with all that is in them (the lines below a line that
/// are indented further).
/// </summary>
internal sealed class SpecMutator(IReadOnlyList<string> corpus, int seed)
{
    private static readonly string[] Values =
    [
        "", "~", "[]", "{}", "[[]]", "0", "-1", "1e999", "-1e-999", "99999999999999999999", "0x7fffffffffffffff", "0b1", ".inf", ".nan",
        "true", "no", "2026-01-31", "12:30:45", "1_000", "\"\"", "\" \"", "\"\\e[31m\\a\"", "\"\\u202etxt\\u2066\"", "\"a\\nb\\r\\nc\"",
        "\"\\0\"", "\"\\u0085\\u2028\"", "\"\\U000E0041\"", "'💥'", "!!binary aGk=", "!!int x", "!!map x", "!x y", "*a", "&a 1", "&a [*a]",
        "{<<: *a}", "<<", "{a: {b: [c, {d: e}]}}", "{path: x, builtin: {name: y}}", "|\n  text\n", ">-\n  text\n", "|9", "@x", "`x", "%x",
        "\"unclosed", "'unclosed", "{unclosed", "- x", "? x", ": x", "# x", "\u001b[2J", "\u009b31m", "\u202e", "\t", "\0", "\uffff",
        "\"\\ud800\"", "\"\\x\"", "^(a+)+$", "(", "..", "a/../b", "--help", "$(reboot)", "*.*",
    ];

    private static readonly string[] Keys =
    [
        "spec", "status", "metadata", "kind", "apiVersion", "name", "items", "<<", "\"\"", "\"a\\nb\"", "\"\\e[1m\"", "0", "null", "? [a]",
        "-", "\"*\"", "learning_rate", "r", "\u202ekey",
    ];

    private readonly Random _random = new(seed);

    /// <summary>A spec of the corpus with a few damages.</summary>
    public byte[] Next()
    {
        var text = Pick(corpus);
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            text = Damage(text);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return _random.Next(8) switch
        {
            0 when bytes.Length > 0 => DamageBytes(bytes),
            1 when _random.Next(10) == 0 => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)],
            _ => bytes,
        };
    }

    private string Damage(string text)
    {
        var lines = text.Split('\n').ToList();
        var at = _random.Next(lines.Count);
        switch (_random.Next(14))
        {
            case 0:
                lines.RemoveRange(at, Below(lines, at));
                break;
            case 1:
                lines.InsertRange(at, lines.GetRange(at, Below(lines, at)));
                break;
            case 2:
                Move(lines, at, _random.Next(lines.Count));
                break;
            case 3 or 4 or 5:
                lines[at] = WithValue(lines[at], Pick(Values));
                break;
            case 6:
                lines[at] = WithKey(lines[at], Pick(Keys));
                break;
            case 7:
                lines[at] = WithKey(lines[at], Key(Pick(Pick(corpus).Split('\n'))));
                break;
            case 8:
                lines[at] = WithValue(lines[at], Long());
                break;
            case 9:
                return text[.._random.Next(text.Length + 1)];
            case 10:
                lines.Insert(at, Pick(["---", "...", "%YAML 1.1", "\t", "\tx: 1", "- x", "&a", "x", "\ufeff"]));
                break;
            case 11:
                lines[at] = Pick(["  ", " ", "\t", "- ", "#", "? "]) + lines[at];
                break;
            case 12:
                // A value, with all that is in it, as the value of another key.
                lines[at] = WithValue(lines[at], Pick(Pick(corpus).Split('\n')).Trim());
                break;
            default:
                lines[at] = lines[at].Trim();
                break;
        }

        return string.Join('\n', lines);
    }

    private byte[] DamageBytes(byte[] bytes)
    {
        for (var i = _random.Next(1, 5); i > 0; i--)
        {
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        }

        return bytes;
    }

    private string Long()
    {
        return _random.Next(6) switch
        {
            0 => new string('[', 200),
            1 => new string('x', 5000),
            2 => $"[{string.Join(", ", Enumerable.Range(0, 2000))}]",
            3 => $"{{{string.Join(", ", Enumerable.Range(0, 500).Select(i => $"k{i}: {i}"))}}}",
            4 => new string('9', 400),
            _ => "\"" + string.Concat(Enumerable.Repeat("\\e[31m💥", 200)) + "\"",
        };
    }

    /// <summary>How many lines a value takes: its own, and those below that are indented further.</summary>
    private static int Below(List<string> lines, int at)
    {
        var count = 1;
        while (at + count < lines.Count && Indentation(lines[at + count]) > Indentation(lines[at]))
        {
            count++;
        }

        return count;
    }

    private static void Move(List<string> lines, int from, int to)
    {
        var value = lines.GetRange(from, Below(lines, from));
        var shift = Indentation(lines[to]) - Indentation(lines[from]);
        lines.RemoveRange(from, value.Count);
        lines.InsertRange(
            Math.Min(to, lines.Count),
            value.Select(line => shift > 0 ? new string(' ', shift) + line : line[Math.Min(-shift, Indentation(line))..]));
    }

    private static int Indentation(string line)
    {
        return line.Length - line.TrimStart(' ').Length;
    }

    private static string Key(string line)
    {
        return line.Trim().Split(':')[0];
    }

    private static string WithKey(string line, string key)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return line[..Indentation(line)] + key + (colon < 0 ? ":" : line[colon..]);
    }

    private static string WithValue(string line, string value)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0 ? line + " " + value : line[..(colon + 2)] + value;
    }

    private T Pick<T>(IReadOnlyList<T> choices)
    {
        return choices[_random.Next(choices.Count)];
    }
}
