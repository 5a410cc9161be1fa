using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Graft.Operator.Policy;

/// <summary>
/// A list of patterns in which <c>*</c> stands for any characters. A name is allowed that one pattern matches and none that begins
/// with <c>!</c>.
/// </summary>
public sealed class Patterns
{
    // An installation has a handful of them, and each run is held against most.
    private static readonly ConcurrentDictionary<string, Patterns> Known = new(StringComparer.Ordinal);

    private readonly List<Regex> _allowed;
    private readonly List<Regex> _refused;

    private Patterns(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Text = words.Length == 0 ? "empty" : string.Join(", ", words);
        AllowsEverything = words.Contains("*") && !words.Any(word => word.StartsWith('!'));
        _allowed = [.. words.Where(word => !word.StartsWith('!')).Select(Expression)];
        _refused = [.. words.Where(word => word.StartsWith('!')).Select(word => Expression(word[1..]))];
    }

    /// <param name="text">The patterns, with spaces between them.</param>
    public static Patterns Of(string text)
    {
        return Known.GetOrAdd(text, static patterns => new Patterns(patterns));
    }

    /// <summary>The patterns in words.</summary>
    public string Text { get; }

    /// <summary>Whether there is no name that is refused.</summary>
    public bool AllowsEverything { get; }

    public bool Allows(string name)
    {
        return _allowed.Exists(pattern => pattern.IsMatch(name)) && !_refused.Exists(pattern => pattern.IsMatch(name));
    }

    private static Regex Expression(string pattern)
    {
        var text = string.Join(".*", pattern.Split('*').Select(Regex.Escape));
        return new Regex($"^{text}\\z", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }
}
