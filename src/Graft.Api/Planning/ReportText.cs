using System.Text;
using Graft.Common;

namespace Graft.Api.Planning;

/// <summary>Text that comes from files or from another program, made fit for a report, a condition or an event.</summary>
public static class ReportText
{
    /// <summary>
    /// The text on one line, without characters that a terminal would obey or not show, and no longer than so many characters.
    /// </summary>
    public static string Plain(string text, int longest)
    {
        var plain = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            plain.Append(VisibleText.IsShown(rune) ? rune.ToString() : " ");
            if (plain.Length > longest)
            {
                // Not in the middle of a surrogate pair.
                plain.Length = longest - (char.IsHighSurrogate(plain[longest - 2]) ? 2 : 1);
                return plain.Append('…').ToString();
            }
        }

        return plain.ToString();
    }
}
