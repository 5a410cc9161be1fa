namespace Graft.Adapters.Targets;

/// <summary>Names in error messages.</summary>
internal static class NameList
{
    /// <summary>The first names and how many more there are.</summary>
    public static string Of(IReadOnlyCollection<string> names, int show = 12) => names.Count switch
    {
        0 => "none",
        _ when names.Count <= show => string.Join(", ", names),
        _ => $"{string.Join(", ", names.Take(show))} and {names.Count - show} more",
    };

    /// <summary>The name with the smallest edit distance, or null when none is close enough to be a slip of the keyboard.</summary>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        var best = candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(name, candidate)))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Candidate is not null && best.Distance <= Math.Max(2, name.Length / 3) ? best.Candidate : null;
    }

    // Levenshtein's distance, one row of the table at a time.
    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, 1 + Math.Min(previous[j], current[j - 1]));
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
