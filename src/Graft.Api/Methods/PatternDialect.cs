namespace Graft.Api.Methods;

/// <summary>
/// What .NET and Python's <c>re</c> do not read alike in regular expressions. Only what both surely take for the same is let through:
/// literals, sets, groups, alternatives, repetitions, looking ahead, and the usual escapes.
/// </summary>
internal static class PatternDialect
{
    private const string Escapes = "dDwWsSbBAnrtfv";
    private const string SetEscapes = "dDwWsSnrtfv";
    private const string Flags = "ims";
    private static readonly string[] SetOperators = ["--", "&&", "||", "~~"];
    private static readonly string[] Groups = ["(?:", "(?=", "(?!"];

    /// <summary>The first thing that is not read alike, as what the expression does ("has the escape …"); null if all is.</summary>
    public static string? Foreign(string pattern)
    {
        var at = 0;
        while (at < pattern.Length)
        {
            var fault = pattern[at] switch
            {
                '\\' => Escape(pattern, Escapes, ref at),
                '[' => Set(pattern, ref at),
                '(' when Follows(pattern, at, "(?") => Group(pattern, ref at),
                '{' when Follows(pattern, at, "{,") => "has {,n}, which Python reads as a repetition and .NET does not: write {0,n}",
                _ => Plain(ref at),
            };
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    private static string? Plain(ref int at)
    {
        at++;
        return null;
    }

    private static string? Escape(string pattern, string known, ref int at)
    {
        // An end after a backslash is told by whoever parses the expression.
        var escaped = at + 1 < pattern.Length ? pattern[at + 1] : '\\';
        at += 2;
        return !char.IsAsciiLetterOrDigit(escaped) || known.Contains(escaped, StringComparison.Ordinal)
            ? null
            : char.IsAsciiDigit(escaped)
                ? $"refers to a group (\\{escaped}): write the group's text again"
                : $"has the escape \\{escaped}, which Python and .NET do not read alike";
    }

    private static string? Set(string pattern, ref int at)
    {
        var start = at;
        at += Follows(pattern, at, "[^") ? 2 : 1;
        var first = at;
        while (at < pattern.Length && (pattern[at] != ']' || at == first))
        {
            if (pattern[at] == '[')
            {
                return $"has a set, at character {start + 1}, with a '[' in it, which Python and .NET do not read alike: write \\[";
            }

            var here = at;
            if (SetOperators.FirstOrDefault(two => Follows(pattern, here, two)) is { } two)
            {
                return $"has a set, at character {start + 1}, with '{two}' in it, which Python may read as an operation on sets";
            }

            var fault = pattern[at] == '\\' ? Escape(pattern, SetEscapes, ref at) : Plain(ref at);
            if (fault is not null)
            {
                return fault;
            }
        }

        at++;
        return null;
    }

    private static string? Group(string pattern, ref int at)
    {
        var here = at;
        if (Groups.FirstOrDefault(group => Follows(pattern, here, group)) is { } known)
        {
            at += known.Length;
            return null;
        }

        var end = at + 2;
        while (end < pattern.Length && Flags.Contains(pattern[end], StringComparison.Ordinal))
        {
            end++;
        }

        // Flags for all of it stand at its beginning; elsewhere they are a group's.
        if (end > at + 2 && end < pattern.Length && (pattern[end] == ':' || (pattern[end] == ')' && at == 0)))
        {
            at = end + 1;
            return null;
        }

        return $"has the group '{pattern[at..Math.Min(at + 4, pattern.Length)]}…', which Python and .NET do not read alike: "
            + "(…), (?:…), (?=…), (?!…) and (?i:…) are read";
    }

    private static bool Follows(string pattern, int at, string text) =>
        pattern.AsSpan(at).StartsWith(text, StringComparison.Ordinal);
}
