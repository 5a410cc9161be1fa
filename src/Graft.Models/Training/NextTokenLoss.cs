using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Models.Training;

/// <summary>
/// Cross entropy of the next token. Logits are computed only where a label is: prompt tokens and padding never reach the output head,
/// which for a large vocabulary is most of a step's memory and a good part of its time.
/// </summary>
public static class NextTokenLoss
{
    /// <summary>The label of a position that does not count.</summary>
    public const long Ignored = -100;

    /// <summary>Sums the loss over all labeled tokens of a batch.</summary>
    /// <param name="model">Gives the output head.</param>
    /// <param name="hidden">[B, T, hidden] after the final norm.</param>
    /// <param name="labels">int64 [B, T]: the token at each position where it is to be predicted (from the position before), else <see
    /// cref="Ignored"/>.</param>
    /// <param name="hooks">What differs from the frozen model.</param>
    public static LossSum Of(ICausalLanguageModel model, Tensor hidden, Tensor labels, ModelHooks? hooks = null)
    {
        using var scope = NewDisposeScope();
        var (rows, targets) = Labeled(hidden, labels);
        if (targets.numel() == 0)
        {
            var nothing = zeros(1, dtype: ScalarType.Float32, device: hidden.device).squeeze();
            return new LossSum(nothing.MoveToOuterDisposeScope(), nothing.clone().MoveToOuterDisposeScope(), 0);
        }

        var logits = model.Logits(rows, hooks).to(ScalarType.Float32);
        var sum = nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.Sum);
        Tensor correct;
        using (no_grad())
        {
            correct = logits.argmax(-1).eq(targets).sum();
        }

        return new LossSum(sum.MoveToOuterDisposeScope(), correct.MoveToOuterDisposeScope(), targets.numel());
    }

    // Position t predicts the label at t + 1; the last position of a row predicts nothing.
    private static (Tensor Rows, Tensor Targets) Labeled(Tensor hidden, Tensor labels)
    {
        var none = full([labels.shape[0], 1], Ignored, ScalarType.Int64, labels.device);
        var next = cat([labels.narrow(1, 1, labels.shape[1] - 1), none], 1).flatten();
        var places = next.ne(Ignored).nonzero().squeeze(1);
        return (hidden.flatten(0, 1).index_select(0, places), next.index_select(0, places));
    }
}

/// <summary>
/// What a batch contributes to a loss: normalizing by all counts of an accumulation window makes 1×32 and 32×1 the same step.
/// </summary>
/// <param name="Sum">Scalar, fp32: the summed cross entropy, with its graph.</param>
/// <param name="Correct">Scalar: how many labeled tokens had the largest logit.</param>
/// <param name="Count">How many tokens were labeled.</param>
public sealed record LossSum(Tensor Sum, Tensor Correct, long Count);
