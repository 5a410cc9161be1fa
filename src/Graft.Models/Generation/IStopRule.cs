namespace Graft.Models.Generation;

/// <summary>Says whether a text has ended.</summary>
public interface IStopRule
{
    /// <summary>Whether a text ends before this token, which then is no part of it.</summary>
    bool EndsBefore(long token) => false;

    /// <summary>Whether a text ends with its newest token, which stays part of it.</summary>
    bool EndsAfter(GeneratedText text) => false;
}

/// <summary>Ends a text before any of some tokens, e.g. the end of a sequence.</summary>
/// <param name="ids">The tokens.</param>
public sealed class StopTokens(IEnumerable<long> ids) : IStopRule
{
    private readonly HashSet<long> _ids = [.. ids];

    public bool EndsBefore(long token) => _ids.Contains(token);
}

/// <summary>Ends a text with the token that completes one of some strings, wherever tokens begin and end within it.</summary>
/// <param name="strings">The strings; none is empty.</param>
/// <param name="decode">The text of tokens.</param>
public sealed class StopStrings(IReadOnlyList<string> strings, Func<IReadOnlyList<long>, string> decode) : IStopRule
{
    public bool EndsAfter(GeneratedText text)
    {
        var added = decode(text.Added);
        return strings.Any(stop => added.Contains(stop, StringComparison.Ordinal));
    }
}
