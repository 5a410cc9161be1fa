using System.Text;
using Graft.Common;

namespace Graft.Operator.Status;

/// <summary>
/// Makes words that come from elsewhere (trainers of other releases, container runtimes, webhooks) into words that the API server
/// takes and a terminal shows as they are.
/// </summary>
public static class StatusText
{
    private const int LongestReason = 128;
    private const char Ellipsis = '…';

    /// <summary>The text without control characters, and no longer than so many characters.</summary>
    public static string Clean(string text, int longest)
    {
        var cut = text.Length <= longest ? text : text[..Whole(text, longest - 1)] + Ellipsis;
        return cut.Any(IsUnwanted) ? string.Concat(cut.Select(letter => IsUnwanted(letter) ? ' ' : letter)) : cut;
    }

    /// <summary>The text without control characters, and no longer than so many bytes of UTF-8.</summary>
    public static string CleanBytes(string text, int longest)
    {
        var clean = Clean(text, longest);
        if (Encoding.UTF8.GetByteCount(clean) <= longest)
        {
            return clean;
        }

        var room = longest - Encoding.UTF8.GetByteCount([Ellipsis]);
        var kept = new StringBuilder();
        foreach (var rune in clean.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            kept.Append(rune);
        }

        return kept.Append(Ellipsis).ToString();
    }

    /// <summary>A condition's reason: the text itself where it is one, else its words in CamelCase.</summary>
    /// <param name="text">The text.</param>
    /// <param name="otherwise">What is said where it has no words.</param>
    public static string Reason(string? text, string otherwise)
    {
        if (text is null || IsReason(text))
        {
            return text ?? otherwise;
        }

        var words = new StringBuilder();
        var starts = true;
        foreach (var letter in text.TakeWhile(_ => words.Length < LongestReason))
        {
            if (char.IsAsciiLetter(letter) || (char.IsAsciiDigit(letter) && words.Length > 0))
            {
                words.Append(starts ? char.ToUpperInvariant(letter) : letter);
                starts = false;
            }
            else
            {
                starts = true;
            }
        }

        return words.Length > 0 ? words.ToString() : otherwise;
    }

    private static bool IsReason(string text)
    {
        return text.Length is > 0 and <= LongestReason
            && char.IsAsciiLetter(text[0])
            && (char.IsAsciiLetterOrDigit(text[^1]) || text[^1] == '_')
            && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or ',' or ':');
    }

    /// <summary>A length that splits no pair of surrogates.</summary>
    private static int Whole(string text, int length)
    {
        return char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
    }

    private static bool IsUnwanted(char letter)
    {
        return letter is not ('\n' or '\t') && !char.IsSurrogate(letter) && !VisibleText.IsShown(new Rune(letter));
    }
}
