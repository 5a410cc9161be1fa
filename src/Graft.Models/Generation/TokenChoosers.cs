using static TorchSharp.torch;

namespace Graft.Models.Generation;

/// <summary>Takes the likeliest token, the lowest id among equals.</summary>
public sealed class GreedyChooser : ITokenChooser
{
    public long[] Choose(Tensor logits, GenerationStep step) => [.. Rows.Of(logits).Select(row => (long)Array.IndexOf(row, row.Max()))];
}

/// <summary>Samples a token by its probability.</summary>
/// <param name="seed">Decides the samples, together with the text's place in the batch.</param>
public sealed class SamplingChooser(int seed) : ITokenChooser
{
    // A generator a text, so that a text does not depend on how many steps the others take.
    private readonly List<Random> _random = [];

    public long[] Choose(Tensor logits, GenerationStep step) =>
        [.. Rows.Of(logits).Select((row, place) => Sample(row, Of(place).NextDouble()))];

    /// <summary>The token at a place of the cumulated probabilities.</summary>
    /// <param name="logits">One per token of the vocabulary; -inf has no probability.</param>
    /// <param name="uniform">In [0, 1).</param>
    public static long Sample(float[] logits, double uniform)
    {
        var largest = logits.Max();
        var remaining = uniform * logits.Sum(logit => Math.Exp(logit - largest));
        var last = 0;
        for (var token = 0; token < logits.Length; token++)
        {
            var weight = Math.Exp(logits[token] - largest);
            if (weight > 0)
            {
                last = token;
                remaining -= weight;
                if (remaining < 0)
                {
                    return token;
                }
            }
        }

        // Rounding can leave a remainder behind the last token.
        return last;
    }

    private Random Of(int place)
    {
        while (_random.Count <= place)
        {
            // System.HashCode would differ from process to process.
            _random.Add(new Random(unchecked((seed * 397) ^ _random.Count)));
        }

        return _random[place];
    }
}

/// <summary>Rows of logits as arrays.</summary>
internal static class Rows
{
    /// <summary>The rows of float32 [B, V] on the CPU.</summary>
    public static IEnumerable<float[]> Of(Tensor logits)
    {
        for (var row = 0; row < logits.shape[0]; row++)
        {
            using var values = logits[row];
            yield return values.data<float>().ToArray();
        }
    }
}
