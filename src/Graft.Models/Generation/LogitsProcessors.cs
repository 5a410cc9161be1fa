using static TorchSharp.torch;

namespace Graft.Models.Generation;

/// <summary>
/// Makes the tokens of the prompt and of the text so far less likely, each once: a negative logit is multiplied by the penalty, another
/// divided (Keskar et al., arXiv:1909.05858).
/// </summary>
/// <param name="penalty">Above 0; 1 changes nothing, above 1 discourages.</param>
public sealed class RepetitionPenalty(double penalty) : ILogitsProcessor
{
    public Tensor Apply(Tensor logits, GenerationStep step)
    {
        var changed = logits.clone();
        for (var row = 0; row < step.Texts.Count; row++)
        {
            var seen = tensor(step.Texts[row].Prompt.Concat(step.Texts[row].Added).Distinct().ToArray());
            var scores = logits[row].index_select(0, seen);
            changed[row].index_copy_(0, seen, where(scores < 0, scores * penalty, scores / penalty));
        }

        return changed;
    }
}

/// <summary>Divides the logits: above 1 evens the probabilities, below 1 sharpens them.</summary>
/// <param name="temperature">Above 0.</param>
public sealed class Temperature(double temperature) : ILogitsProcessor
{
    public Tensor Apply(Tensor logits, GenerationStep step) => logits / temperature;
}

/// <summary>Keeps the k likeliest tokens and those that are as likely as the last of them (Fan et al., arXiv:1805.04833).</summary>
/// <param name="k">At least 1; more than the vocabulary keeps all.</param>
public sealed class TopK(int k) : ILogitsProcessor
{
    public Tensor Apply(Tensor logits, GenerationStep step)
    {
        var (largest, _) = logits.topk((int)Math.Min(k, logits.shape[1]), dim: 1);
        return logits.masked_fill(logits < largest.narrow(1, largest.shape[1] - 1, 1), float.NegativeInfinity);
    }
}

/// <summary>
/// Keeps the smallest set of likeliest tokens whose probabilities add up to at least p (Holtzman et al., arXiv:1904.09751). The token that
/// reaches p stays, and so does the likeliest one.
/// </summary>
/// <param name="p">Above 0, at most 1.</param>
public sealed class TopP(double p) : ILogitsProcessor
{
    public Tensor Apply(Tensor logits, GenerationStep step)
    {
        // Ascending, so that the sum over the unlikely tokens, which decides, is not rounded against the likely ones.
        var (sorted, order) = logits.sort(dim: 1);
        var removed = sorted.softmax(1).cumsum(1) <= 1 - p;
        removed.narrow(1, removed.shape[1] - 1, 1).fill_(false);
        return logits.masked_fill(removed.scatter(1, order, removed), float.NegativeInfinity);
    }
}
