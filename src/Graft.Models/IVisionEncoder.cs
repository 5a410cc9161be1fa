using Graft.Models.Hooks;
using Graft.Models.Vision;
using static TorchSharp.torch;

namespace Graft.Models;

/// <summary>A frozen encoder of pictures. Tensors it returns belong to the caller's dispose scope.</summary>
public interface IVisionEncoder : IFrozenModel
{
    /// <summary>The side of the square pictures it takes, in pixels.</summary>
    int ImageSize { get; }

    /// <summary>How many tokens stand in front of the patches, e.g. a class token.</summary>
    int LeadingTokens { get; }

    /// <summary>How many patches a picture has.</summary>
    int Patches { get; }

    /// <summary>Runs the encoder: the residual stream after some block, [B, leading tokens + patches, hidden]; virtual tokens have
    /// none.</summary>
    /// <param name="batch">Pixels, or the stream at some layer; side inputs.</param>
    /// <param name="layers">How many blocks are run; all unless given.</param>
    /// <param name="hooks">What differs from the frozen model; null for nothing.</param>
    /// <param name="outputs">Collects what hooks emit.</param>
    Tensor Hidden(ImageBatch batch, int? layers = null, ModelHooks? hooks = null, HookOutputs? outputs = null);

    /// <summary>One vector for each picture, [B, hidden], from the stream after the last block.</summary>
    Tensor Pooled(Tensor hidden, ModelHooks? hooks = null);
}
