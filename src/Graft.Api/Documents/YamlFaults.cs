namespace Graft.Api.Documents;

/// <summary>Faults of a text that the YAML library does not name, or not at their place.</summary>
internal static class YamlFaults
{
    private const int NextLine = 0x85;

    /// <summary>
    /// The first character that YAML does not allow (c-printable of YAML 1.2), as a control character or half of a pair; null without one.
    /// The library takes a NUL for the end of the text and says nothing.
    /// </summary>
    public static (int Line, int Column, string Message)? FindForbidden(string text)
    {
        var (line, start) = (1, 0);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\n')
            {
                (line, start) = (line + 1, at + 1);
            }
            else if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                at++;
            }
            else if (!IsAllowed(text[at]))
            {
                var hint = text[at] == '\0' ? "; a file in UTF-16 has to be saved as UTF-8" : "";
                return (line, at - start + 1, $"the character U+{(int)text[at]:X4} is not allowed{hint}");
            }
        }

        return null;
    }

    /// <summary>
    /// The first tab that indents one of these lines, which is what a fault there comes from; null without one.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="first">The first line to look at, from one.</param>
    /// <param name="last">The last one.</param>
    public static (int Line, int Column)? FindTab(string text, int first, int last)
    {
        using var reader = new StringReader(text);
        for (var at = 1; at <= last && reader.ReadLine() is { } read; at++)
        {
            var indentation = read.AsSpan().IndexOfAnyExcept(' ');
            if (at >= first && indentation >= 0 && read[indentation] == '\t' && !read.AsSpan(indentation).IsWhiteSpace())
            {
                return (at, indentation + 1);
            }
        }

        return null;
    }

    private static bool IsAllowed(char character)
    {
        return character switch
        {
            '\t' or '\n' or '\r' => true,
            < ' ' or '\u007f' => false,
            < '\u00a0' and >= '\u0080' => character == NextLine,
            '\ufffe' or '\uffff' => false,
            _ => !char.IsSurrogate(character),
        };
    }
}
