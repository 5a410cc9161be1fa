using System.Text;

namespace Graft.Data.Tokenization;

/// <summary>Cuts a text into pieces that are tokenized apart from each other.</summary>
public interface IPreTokenizer
{
    /// <summary>The pieces in order; empty ones are left out.</summary>
    IEnumerable<string> Split(string text, TextPosition position);
}

/// <summary>Several, each cutting the pieces of the one before.</summary>
public sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public IEnumerable<string> Split(string text, TextPosition position) => steps.Aggregate(
        (IEnumerable<string>)[text],
        (pieces, step) => pieces.SelectMany((piece, i) => step.Split(piece, i == 0 ? position : TextPosition.Inside)));
}

/// <summary>What becomes of the places that a pattern matches, in tokenizer.json's terms.</summary>
public enum SplitBehavior
{
    /// <summary>A match is a piece of its own.</summary>
    Isolated,

    /// <summary>A match is dropped.</summary>
    Removed,

    /// <summary>A match ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>A match begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Matches in a row are one piece.</summary>
    Contiguous,
}

/// <summary>Cuts at the matches of a regular expression, or (inverted) between them.</summary>
public sealed class RegexSplit(BoundedPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public IEnumerable<string> Split(string text, TextPosition position)
    {
        var shadow = new CategoryShadow(text);
        var carry = "";
        var afterMatch = false;
        foreach (var (start, length, isMatch) in Stretches(shadow.Shadow))
        {
            var span = shadow.Original(start, length);
            switch (isMatch ? behavior : (SplitBehavior?)null)
            {
                case SplitBehavior.Removed:
                    break;
                case SplitBehavior.MergedWithPrevious:
                    yield return carry + span;
                    carry = "";
                    break;
                case SplitBehavior.MergedWithNext:
                    if (carry.Length > 0)
                    {
                        yield return carry;
                    }

                    carry = span;
                    break;
                case SplitBehavior.Contiguous when afterMatch:
                    carry += span;
                    break;
                case SplitBehavior.Contiguous:
                    if (carry.Length > 0)
                    {
                        yield return carry;
                    }

                    carry = span;
                    break;
                case SplitBehavior.Isolated:
                    yield return span;
                    break;
                case null when behavior == SplitBehavior.MergedWithPrevious:
                    carry = span;
                    break;
                case null when behavior == SplitBehavior.MergedWithNext:
                    yield return carry + span;
                    carry = "";
                    break;
                default:
                    if (carry.Length > 0)
                    {
                        yield return carry;
                        carry = "";
                    }

                    yield return span;
                    break;
            }

            afterMatch = isMatch;
        }

        if (carry.Length > 0)
        {
            yield return carry;
        }
    }

    private IEnumerable<(int Start, int Length, bool IsMatch)> Stretches(string text)
    {
        var end = 0;
        foreach (var match in pattern.Matches(text))
        {
            if (match.Index > end)
            {
                yield return (end, match.Index - end, invert);
            }

            if (match.Length > 0)
            {
                yield return (match.Index, match.Length, !invert);
            }

            end = match.Index + match.Length;
        }

        if (end < text.Length)
        {
            yield return (end, text.Length - end, invert);
        }
    }
}

/// <summary>GPT-2's: an optional blank in front, and its regular expression for words, numbers, signs and blanks.</summary>
public sealed class ByteLevelSplit(bool addPrefixSpace, bool useRegex) : IPreTokenizer
{
    /// <summary>The regular expression of GPT-2's encoder.</summary>
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly RegexSplit Words = new(new BoundedPattern(Pattern, "ByteLevel"), SplitBehavior.Isolated, false);

    public IEnumerable<string> Split(string text, TextPosition position)
    {
        var prefixed = addPrefixSpace && position != TextPosition.Continuation && !text.StartsWith(' ') ? " " + text : text;
        return useRegex ? Words.Split(prefixed, position) : [prefixed];
    }
}

/// <summary>Cuts numeric characters (any of the categories Nd, Nl, No) off, each alone or in runs.</summary>
public sealed class DigitsSplit(bool individual) : IPreTokenizer
{
    private static readonly RegexSplit Single = new(new BoundedPattern(@"\p{N}", "Digits"), SplitBehavior.Isolated, false);
    private static readonly RegexSplit Runs = new(new BoundedPattern(@"\p{N}+", "Digits"), SplitBehavior.Isolated, false);

    public IEnumerable<string> Split(string text, TextPosition position) => (individual ? Single : Runs).Split(text, position);
}

/// <summary>SentencePiece's blanks: each becomes a mark, one more is put in front, and pieces may begin at marks.</summary>
/// <param name="mark">The mark, usually U+2581.</param>
/// <param name="scheme"><c>always</c>, <c>first</c> (only at the beginning of the text) or <c>never</c>.</param>
/// <param name="split">Whether a piece begins at every mark.</param>
public sealed class MetaspaceSplit(char mark, string scheme, bool split) : IPreTokenizer
{
    public IEnumerable<string> Split(string text, TextPosition position)
    {
        var prepend = scheme switch
        {
            "always" => position != TextPosition.Continuation,
            "first" => position == TextPosition.Start,
            _ => false,
        };
        var marked = new StringBuilder(text).Replace(' ', mark);
        if (prepend && (marked.Length == 0 || marked[0] != mark))
        {
            marked.Insert(0, mark);
        }

        return split ? CutAtMarks(marked.ToString()) : [marked.ToString()];
    }

    private IEnumerable<string> CutAtMarks(string text)
    {
        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == mark)
            {
                yield return text[start..i];
                start = i;
            }
        }

        if (start < text.Length)
        {
            yield return text[start..];
        }
    }
}
