using System.Globalization;
using System.Text;

namespace Graft.Common;

/// <summary>Messages that quote names which somebody else wrote.</summary>
public static class OneLine
{
    private const int Longest = 2000;

    /// <summary>The text on one line of bounded length, every character that a terminal would obey replaced by a blank.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = new StringBuilder(Math.Min(text.Length, Longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= Longest)
            {
                return line.Append('…').ToString();
            }

            line.Append(IsObeyed(rune) ? " " : rune.ToString());
        }

        return line.ToString();
    }

    private static bool IsObeyed(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
