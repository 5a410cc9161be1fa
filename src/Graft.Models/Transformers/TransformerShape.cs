namespace Graft.Models.Transformers;

/// <summary>The sizes of a stack of blocks.</summary>
/// <param name="Layers">Number of blocks.</param>
/// <param name="HiddenSize">Width of the residual stream.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads; fewer than <paramref name="Heads"/> in grouped-query attention.</param>
/// <param name="HeadSize">Width of one head.</param>
public sealed record TransformerShape(int Layers, int HiddenSize, int Heads, int KeyValueHeads, int HeadSize);
