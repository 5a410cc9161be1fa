using Graft.Data.Batches;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Training;
using Graft.Trainer.Parts;

namespace Graft.Trainer.Training;

/// <summary>Cross entropy of the next token, at labeled places only.</summary>
public sealed class NextTokenObjective : IObjective
{
    public LossSum Of(PartGraph parts, Batch batch, ModelHooks? hooks, ObjectivePhase phase)
    {
        // Rows are padded on the right and attention looks back only, so that no mask is needed.
        using var hidden = parts.LanguageModel.Hidden(TokenBatch.Of(batch.InputIds) with { SideInputs = batch.SideInputs }, hooks);
        return NextTokenLoss.Of(parts.LanguageModel, hidden, batch.Labels, hooks);
    }
}
