using static TorchSharp.torch;

namespace Graft.Models.Generation;

/// <summary>Chooses the next token of each text.</summary>
public interface ITokenChooser
{
    /// <summary>B tokens.</summary>
    /// <param name="logits">float32 [B, V] on the CPU; -inf is never chosen.</param>
    /// <param name="step">The texts so far.</param>
    long[] Choose(Tensor logits, GenerationStep step);
}
