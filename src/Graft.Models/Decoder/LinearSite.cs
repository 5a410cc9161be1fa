namespace Graft.Models.Decoder;

/// <summary>A linear map of a model, as adapter methods see it.</summary>
/// <param name="Name">Dotted module name in Hugging Face's layout.</param>
/// <param name="InputSize">Width of its input.</param>
/// <param name="OutputSize">Width of its output.</param>
/// <param name="Layer">Index of its block, or null outside of blocks.</param>
/// <param name="WeightName">The parameter that holds its weight; a tied head names the embedding table.</param>
/// <param name="BiasName">The parameter that holds its bias, or null.</param>
/// <param name="IsTransposed">Whether the weight is stored [in, out] (GPT-2's Conv1D) instead of [out, in].</param>
/// <param name="IsOutputHead">Whether it makes the logits.</param>
public sealed record LinearSite(
    string Name,
    int InputSize,
    int OutputSize,
    int? Layer,
    string WeightName,
    string? BiasName = null,
    bool IsTransposed = false,
    bool IsOutputHead = false);
