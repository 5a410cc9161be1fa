using Graft.Models.Decoder;
using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Models;

/// <summary>A frozen decoder-only language model. Tensors it returns belong to the caller's dispose scope.</summary>
public interface ICausalLanguageModel : IFrozenModel
{
    /// <summary>Rows of the output head.</summary>
    int VocabularySize { get; }

    /// <summary>Positions the model was made for.</summary>
    int MaximumPositions { get; }

    /// <summary>
    /// Whether positions are a learned table, which has no row beyond <see cref="MaximumPositions"/>; else the model only was not trained
    /// on those beyond.
    /// </summary>
    bool HasLearnedPositions { get; }

    /// <summary>Runs the decoder: hidden states after the final norm, [B, T, hidden]; virtual tokens have none.</summary>
    /// <param name="batch">Token ids, embeddings or the stream at some layer; positions, segments, side inputs.</param>
    /// <param name="hooks">What differs from the frozen model; null for nothing.</param>
    /// <param name="cache">Keys and values of earlier positions; the batch continues them and is added to them.</param>
    /// <param name="outputs">Collects what hooks emit.</param>
    Tensor Hidden(TokenBatch batch, ModelHooks? hooks = null, KeyValueCache? cache = null, HookOutputs? outputs = null);

    /// <summary>Applies the output head to hidden rows [..., hidden] → [..., vocabulary]: only the rows whose logits are wanted.</summary>
    Tensor Logits(Tensor hidden, ModelHooks? hooks = null);

    /// <summary>The frozen input embeddings of ids [B, T] → [B, T, hidden].</summary>
    Tensor Embed(Tensor inputIds, ModelHooks? hooks = null);
}
