namespace Graft.Data.Tokenization;

/// <summary>
/// Byte pair encoding (Sennrich et al. 2016, arXiv:1508.07909) of one sequence of symbols: of all neighbors that may be merged, those
/// with the lowest rank are merged first, and among equals the leftmost.
/// </summary>
/// <param name="merges">For a pair of ids, its rank and the id of what they make.</param>
public sealed class PairMerger(IReadOnlyDictionary<(int Left, int Right), (int Rank, int Id)> merges)
{
    /// <summary>Merges until nothing is left to merge. Negative ids never merge.</summary>
    public IEnumerable<int> Merge(IReadOnlyList<int> symbols)
    {
        int[] ids = [.. symbols];
        int[] previous = [.. Enumerable.Range(-1, ids.Length)];
        int[] next = [.. Enumerable.Range(1, ids.Length)];
        var candidates = new PriorityQueue<(int At, int Left, int Right), (int Rank, int At)>();
        for (var i = 0; i + 1 < ids.Length; i++)
        {
            Propose(i);
        }

        while (candidates.TryDequeue(out var pair, out _))
        {
            int at = pair.At, right = next[at];
            // A neighbor may have been merged away since the pair was proposed.
            if (ids[at] != pair.Left || right >= ids.Length || ids[right] != pair.Right)
            {
                continue;
            }

            ids[at] = merges[(pair.Left, pair.Right)].Id;
            ids[right] = Gone;
            next[at] = next[right];
            if (next[at] < ids.Length)
            {
                previous[next[at]] = at;
                Propose(at);
            }

            if (previous[at] >= 0)
            {
                Propose(previous[at]);
            }
        }

        return ids.Where(id => id != Gone);

        void Propose(int at)
        {
            if (merges.TryGetValue((ids[at], ids[next[at]]), out var merge))
            {
                candidates.Enqueue((at, ids[at], ids[next[at]]), (merge.Rank, at));
            }
        }
    }

    private const int Gone = int.MinValue;
}
