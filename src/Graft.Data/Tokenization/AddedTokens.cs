namespace Graft.Data.Tokenization;

/// <summary>A token that is found in the text itself, before anything else is done to it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Whether it is left out of decoded text.</param>
/// <param name="StripLeft">Whether it takes the blanks to its left with it.</param>
/// <param name="StripRight">Whether it takes the blanks to its right with it.</param>
/// <param name="Normalized">Whether it is looked for in the normalized text.</param>
public sealed record AddedToken(
    int Id, string Content, bool Special, bool StripLeft = false, bool StripRight = false, bool Normalized = false);

/// <summary>Finds added tokens in a text: leftmost first, the longest of those that begin at the same place.</summary>
public sealed class AddedTokenMatcher
{
    private readonly ILookup<char, AddedToken> _byFirst;

    /// <summary>Creates a matcher.</summary>
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens) =>
        _byFirst = tokens.Where(t => t.Content.Length > 0).OrderByDescending(t => t.Content.Length).ToLookup(t => t.Content[0]);

    /// <summary>The text as spans of plain text (without token) and added tokens.</summary>
    public IEnumerable<(string Text, AddedToken? Token)> Split(string text)
    {
        int plain = 0, at = 0;
        while (at < text.Length)
        {
            var token = _byFirst[text[at]].FirstOrDefault(t => text.AsSpan(at).StartsWith(t.Content, StringComparison.Ordinal));
            if (token is null)
            {
                at++;
                continue;
            }

            int start = at, end = at + token.Content.Length;
            while (token.StripLeft && start > plain && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.StripRight && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            if (start > plain)
            {
                yield return (text[plain..start], null);
            }

            yield return (token.Content, token);
            plain = at = end;
        }

        if (plain < text.Length)
        {
            yield return (text[plain..], null);
        }
    }
}
