using static TorchSharp.torch;

namespace Graft.Models.Generation;

/// <summary>Changes the logits of the next token before one is chosen: rescales them, or removes tokens with -inf.</summary>
public interface ILogitsProcessor
{
    /// <summary>The changed logits.</summary>
    /// <param name="logits">float32 [B, V] on the CPU, as the processors before this one left them.</param>
    /// <param name="step">The texts so far.</param>
    Tensor Apply(Tensor logits, GenerationStep step);
}
