using System.Globalization;

namespace Graft.Common;

/// <summary>Finds the name that a person probably meant.</summary>
public static class NearestName
{
    /// <summary>
    /// The known name nearest to a wrong one by edit distance (insertions, deletions, substitutions, swaps of neighbors), where case,
    /// <c>_</c> and <c>-</c> do not count; null where none is near: further than a third of its length.
    /// </summary>
    public static string? Find(string wrong, IEnumerable<string> known)
    {
        var plain = Plain(wrong);
        return known
            .Select(name => (Name: name, Plain: Plain(name), Limit: Math.Max(1, Math.Max(plain.Length, name.Length) / 3)))
            // Each letter that one has more is an edit: a text of a megabyte is not compared letter by letter.
            .Where(candidate => Math.Abs(plain.Length - candidate.Plain.Length) <= candidate.Limit)
            .Select(candidate => (candidate.Name, Distance: Distance(plain, candidate.Plain), candidate.Limit))
            .Where(candidate => candidate.Distance <= candidate.Limit && candidate.Distance < candidate.Name.Length)
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    private static string Plain(string name)
    {
        return name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLower(
            CultureInfo.InvariantCulture);
    }

    // Optimal string alignment; three rows are all that it looks back at.
    private static int Distance(string left, string right)
    {
        var beforeLast = new int[right.Length + 1];
        var last = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var row = new int[right.Length + 1];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(substitution, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last) = (last, row);
        }

        return last[right.Length];
    }
}
