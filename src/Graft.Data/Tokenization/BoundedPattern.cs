using System.Globalization;
using System.Text.RegularExpressions;

namespace Graft.Data.Tokenization;

/// <summary>
/// A regular expression out of somebody else's file. It is matched in linear time where its features allow, else for a bounded time.
/// </summary>
public sealed class BoundedPattern
{
    private const int LongestPattern = 20_000;

    /// <summary>Ordinary patterns take microseconds for a match.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly Regex _regex;
    private readonly string _file;

    /// <summary>Reads a pattern.</summary>
    /// <param name="source">The regular expression.</param>
    /// <param name="file">Where it is from, for messages.</param>
    /// <exception cref="TokenizerException">It cannot be used.</exception>
    public BoundedPattern(string source, string file)
    {
        ArgumentNullException.ThrowIfNull(source);
        _file = file;
        if (source.Length > LongestPattern)
        {
            throw new TokenizerException(
                $"{file}: pre_tokenizer's pattern has {source.Length} characters; patterns of up to {LongestPattern} are read");
        }

        try
        {
            _regex = Linear(source) ?? new Regex(source, RegexOptions.CultureInvariant | RegexOptions.Compiled, Limit);
        }
        catch (ArgumentException error)
        {
            throw new TokenizerException($"{file}: pre_tokenizer's pattern cannot be used: {error.Message}", error);
        }
    }

    /// <summary>The matches in order.</summary>
    /// <exception cref="TokenizerException">The pattern takes too long on this text.</exception>
    public IEnumerable<Match> Matches(string text)
    {
        for (var match = Bounded(text, () => _regex.Match(text)); match.Success; match = Bounded(text, match.NextMatch))
        {
            yield return match;
        }
    }

    // Look-around and back-references need the engine that goes back.
    private static Regex? Linear(string source)
    {
        try
        {
            return new Regex(source, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Limit);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private Match Bounded(string text, Func<Match> next)
    {
        try
        {
            return next();
        }
        catch (RegexMatchTimeoutException error)
        {
            var limit = Limit.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            throw new TokenizerException(
                $"{_file}: pre_tokenizer's pattern '{_regex}' takes longer than {limit} seconds on a text of {text.Length} characters; take the "
                + "model's own tokenizer.json, or shorten the text",
                error);
        }
    }
}
