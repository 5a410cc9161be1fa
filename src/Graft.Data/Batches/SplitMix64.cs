namespace Graft.Data.Batches;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): a random sequence that is the same on every platform and in every version of .NET, which
/// System.Random does not promise.
/// </summary>
public sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator for one purpose: different for every pair of numbers.</summary>
    public static SplitMix64 For(int seed, int stream) =>
        new(new SplitMix64((ulong)(uint)seed).Next() ^ ((ulong)(uint)stream * 0xD1342543DE82EF95UL));

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Puts items into random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            // The upper half of the product lies below i + 1, without the bias of a remainder.
            var j = (int)Math.BigMul(Next(), (ulong)i + 1, out _);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
