using System.Globalization;
using System.Text;

namespace Graft.Common;

/// <summary>
/// Text that others wrote, made fit for a terminal or a log: characters that a terminal would obey (control characters, escape
/// sequences), or that hide or reorder their neighbors, are written as <c>\u001b</c>. Within a JSON string that is the same character, so
/// that JSON keeps its meaning.
/// </summary>
public static class VisibleText
{
    /// <summary>How much of a value is quoted in a message.</summary>
    public const int LongestQuote = 60;

    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>Whether a character shows itself, and nothing else: no control, no direction, no end of a line.</summary>
    public static bool IsShown(Rune rune)
    {
        // The joiners belong to the spelling of Persian and Hindi, and to emoji.
        return rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner
            || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
    }

    /// <summary>The text with its lines and tabs.</summary>
    public static string Lines(string text)
    {
        return Escape(text, keepsLines: true);
    }

    /// <summary>The text on one line.</summary>
    public static string Line(string text)
    {
        return Escape(text, keepsLines: false);
    }

    /// <summary>The beginning of a value, short enough for a message.</summary>
    public static string Short(string text, int longest = LongestQuote)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= longest)
        {
            return text;
        }

        // Not through the middle of a character that is two.
        return text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)] + "…";
    }

    private static string Escape(string text, bool keepsLines)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder? escaped = null;
        for (var at = 0; at < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, at, out var rune);
            var length = isWhole ? rune.Utf16SequenceLength : 1;
            var isKept = isWhole && (IsShown(rune) || (keepsLines && rune.Value is '\n' or '\t'));
            if (!isKept)
            {
                escaped ??= new StringBuilder(text, 0, at, text.Length + 16);
                foreach (var unit in text.AsSpan(at, length))
                {
                    escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }
            else
            {
                escaped?.Append(text, at, length);
            }

            at += length;
        }

        return escaped?.ToString() ?? text;
    }
}
