using Graft.Data.Batches;
using Graft.Models;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Training;

namespace Graft.Trainer.Training;

/// <summary>The training loss: from a batch to a sum over its labeled tokens. Another objective is another class.</summary>
public interface ILoss
{
    /// <summary>The loss of a batch, summed, with its graph where gradients are on; it belongs to the caller's dispose scope.</summary>
    LossSum Of(ICausalLanguageModel model, Batch batch, ModelHooks? hooks);
}

/// <summary>Cross entropy of the next token, at labeled places only.</summary>
public sealed class NextTokenObjective : ILoss
{
    public LossSum Of(ICausalLanguageModel model, Batch batch, ModelHooks? hooks)
    {
        // Rows are padded on the right and attention looks back only, so that no mask is needed.
        using var hidden = model.Hidden(TokenBatch.Of(batch.InputIds) with { SideInputs = batch.SideInputs }, hooks);
        return NextTokenLoss.Of(model, hidden, batch.Labels, hooks);
    }
}
