using static TorchSharp.torch;

namespace Graft.Models.Generation;

/// <summary>What a processor of logits and a chooser see besides the logits.</summary>
/// <param name="Texts">The B texts of the batch.</param>
/// <param name="Hidden">[B, D], the last state of each text's newest position.</param>
public readonly record struct GenerationStep(IReadOnlyList<GeneratedText> Texts, Tensor Hidden);
