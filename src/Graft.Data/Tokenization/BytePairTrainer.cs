namespace Graft.Data.Tokenization;

/// <summary>
/// Learns a byte-level BPE vocabulary from text (Sennrich et al. 2016, arXiv:1508.07909; over bytes as in GPT-2). Deterministic: of
/// pairs that are equally frequent, the one whose ids are smaller is merged.
/// </summary>
public sealed class BytePairTrainer
{
    private readonly IPreTokenizer _preTokenizer;
    private readonly Dictionary<string, long> _words = [];

    /// <summary>Creates a trainer.</summary>
    /// <param name="preTokenizer">Cuts texts into words; no merge crosses a cut.</param>
    public BytePairTrainer(IPreTokenizer preTokenizer) => _preTokenizer = preTokenizer;

    /// <summary>Counts the words of a text.</summary>
    public void Add(string text)
    {
        foreach (var word in _preTokenizer.Split(text, TextPosition.Start))
        {
            _words[word] = _words.GetValueOrDefault(word) + 1;
        }
    }

    /// <summary>Learns merges until the vocabulary has a size, or no pair occurs twice.</summary>
    /// <param name="vocabularySize">Tokens in all, special ones included; at least 256 more than those.</param>
    /// <param name="specialTokens">Tokens that come first, in order.</param>
    public BytePairVocabulary Train(int vocabularySize, IReadOnlyList<string> specialTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 256 + specialTokens.Count);
        List<string> tokens = [.. specialTokens, .. ByteAlphabet.InOrder.Select(c => c.ToString())];
        var ids = tokens.Select((token, id) => (token, id)).ToDictionary(p => p.token, p => p.id);
        var state = new Counts([.. _words
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => (ByteAlphabet.Write(p.Key).Select(c => ids[c.ToString()]).ToList(), p.Value))]);
        var merges = new List<(string, string)>();
        while (tokens.Count < vocabularySize && state.MostFrequent() is { } pair)
        {
            var made = tokens[pair.Left] + tokens[pair.Right];
            // Two cuts of one string may both be learnt; they make the same token.
            if (!ids.TryGetValue(made, out var id))
            {
                ids[made] = id = tokens.Count;
                tokens.Add(made);
            }

            merges.Add((tokens[pair.Left], tokens[pair.Right]));
            state.Merge(pair, id);
        }

        return new BytePairVocabulary(specialTokens, tokens, merges);
    }

    /// <summary>How often each pair of neighbors occurs, kept up to date as words are merged.</summary>
    private sealed class Counts
    {
        private readonly (List<int> Symbols, long Count)[] _words;
        private readonly Dictionary<(int Left, int Right), long> _counts = [];
        private readonly Dictionary<(int Left, int Right), HashSet<int>> _wordsWith = [];
        private readonly PriorityQueue<(int Left, int Right), (long NegativeCount, int Left, int Right)> _queue = new();

        public Counts((List<int> Symbols, long Count)[] words)
        {
            _words = words;
            for (var w = 0; w < words.Length; w++)
            {
                Count(w, +1);
            }

            foreach (var (pair, count) in _counts)
            {
                _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
            }
        }

        public (int Left, int Right)? MostFrequent()
        {
            while (_queue.TryDequeue(out var pair, out var priority))
            {
                // Counts change after a pair was queued; it is queued anew each time.
                var count = _counts.GetValueOrDefault(pair);
                if (count == -priority.NegativeCount)
                {
                    return count > 1 ? pair : null;
                }
            }

            return null;
        }

        public void Merge((int Left, int Right) pair, int made)
        {
            var touched = new HashSet<(int, int)>();
            foreach (var w in _wordsWith[pair].ToArray())
            {
                touched.UnionWith(Count(w, -1));
                var symbols = _words[w].Symbols;
                for (var i = 0; i + 1 < symbols.Count; i++)
                {
                    if (symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
                    {
                        symbols[i] = made;
                        symbols.RemoveAt(i + 1);
                    }
                }

                touched.UnionWith(Count(w, +1));
            }

            foreach (var changed in touched)
            {
                if (_counts.GetValueOrDefault(changed) is > 0 and long count)
                {
                    _queue.Enqueue(changed, (-count, changed.Item1, changed.Item2));
                }
            }
        }

        private HashSet<(int, int)> Count(int word, int sign)
        {
            var (symbols, count) = _words[word];
            var pairs = new HashSet<(int, int)>();
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                var pair = (symbols[i], symbols[i + 1]);
                pairs.Add(pair);
                _counts[pair] = _counts.GetValueOrDefault(pair) + (sign * count);
            }

            foreach (var pair in pairs)
            {
                if (!_wordsWith.TryGetValue(pair, out var holders))
                {
                    _wordsWith[pair] = holders = [];
                }

                _ = sign > 0 ? holders.Add(word) : holders.Remove(word);
            }

            return pairs;
        }
    }
}
