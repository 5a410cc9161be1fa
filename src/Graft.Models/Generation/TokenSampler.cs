namespace Graft.Models.Generation;

/// <summary>Chooses a token from logits: a pure function of them and one uniform random number.</summary>
public static class TokenSampler
{
    /// <summary>Samples with temperature and nucleus (top-p) filtering (Holtzman et al., arXiv:1904.09751).</summary>
    /// <param name="logits">One per token of the vocabulary.</param>
    /// <param name="temperature">0 means the likeliest token, the lowest id among equals.</param>
    /// <param name="topP">Above 0, at most 1.</param>
    /// <param name="uniform">In [0, 1).</param>
    public static int Choose(ReadOnlySpan<float> logits, double temperature, double topP, double uniform)
    {
        var best = IndexOfLargest(logits);
        if (temperature <= 0)
        {
            return best;
        }

        var weights = new double[logits.Length];
        var total = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp((logits[i] - logits[best]) / temperature);
            total += weights[i];
        }

        var order = Enumerable.Range(0, weights.Length).ToArray();
        Array.Sort(order, (a, b) => weights[a] != weights[b] ? weights[b].CompareTo(weights[a]) : a.CompareTo(b));
        var nucleus = 0.0;
        var kept = 0;
        while (kept < order.Length && (kept == 0 || nucleus < topP * total))
        {
            nucleus += weights[order[kept++]];
        }

        var target = uniform * nucleus;
        for (var i = 0; i < kept; i++)
        {
            target -= weights[order[i]];
            if (target < 0)
            {
                return order[i];
            }
        }

        return order[kept - 1];
    }

    private static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return best;
    }
}
