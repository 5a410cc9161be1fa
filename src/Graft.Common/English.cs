using System.Globalization;

namespace Graft.Common;

/// <summary>The few rules of English that messages need.</summary>
public static class English
{
    /// <summary>A number of things: <c>1 error</c>, <c>2 errors</c>, <c>3 entries</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="thing">One of them.</param>
    public static string Count(long count, string thing)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{count} {Noun(count, thing)}");
    }

    /// <summary>The word for so many things, where the number is written in another way.</summary>
    /// <param name="count">How many.</param>
    /// <param name="thing">One of them.</param>
    public static string Noun(long count, string thing)
    {
        return count == 1 ? thing : Plural(thing);
    }

    /// <summary>A word with its article: <c>an AdapterTrainingRun</c>, <c>a BaseModel</c>.</summary>
    public static string WithArticle(string word)
    {
        ArgumentException.ThrowIfNullOrEmpty(word);
        return $"{("AEIOUaeiou".Contains(word[0], StringComparison.Ordinal) ? "an" : "a")} {word}";
    }

    private static string Plural(string thing)
    {
        return thing switch
        {
            [.. var stem, 'y'] when stem is [.., not ('a' or 'e' or 'o' or 'u')] => stem + "ies",
            [.., 's' or 'x' or 'h'] => thing + "es",
            _ => thing + "s",
        };
    }
}
