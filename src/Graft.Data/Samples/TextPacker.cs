namespace Graft.Data.Samples;

/// <summary>
/// Joins texts end to end and cuts the whole into sequences of one length, for pre-training: no padding, and a text may go on in the
/// next sequence. Texts are told apart by their end-of-text tokens only; attention crosses them, as is usual in pre-training.
/// </summary>
public static class TextPacker
{
    /// <summary>The sequences; the last may be shorter, and is left out if it holds a single token, which predicts nothing.</summary>
    public static IEnumerable<Sample> Pack(IEnumerable<Sample> samples, int length)
    {
        var ids = new List<int>(length);
        string first = "", last = "";
        foreach (var sample in samples)
        {
            var at = 0;
            while (at < sample.Length)
            {
                first = ids.Count == 0 ? sample.Id : first;
                last = sample.Id;
                var count = Math.Min(length - ids.Count, sample.Length - at);
                ids.AddRange(sample.Ids.AsSpan(at, count));
                at += count;
                if (ids.Count == length)
                {
                    yield return Make();
                    ids.Clear();
                }
            }
        }

        if (ids.Count > 1)
        {
            yield return Make();
        }

        Sample Make()
        {
            var trained = new bool[ids.Count];
            Array.Fill(trained, true, 1, ids.Count - 1);
            return new Sample(first == last ? first : $"{first}…{last}", [.. ids], trained);
        }
    }
}
