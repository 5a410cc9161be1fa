namespace Graft.Models.Decoder;

/// <summary>The sizes of a decoder.</summary>
/// <param name="Layers">Number of blocks.</param>
/// <param name="HiddenSize">Width of the residual stream.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads; fewer than <paramref name="Heads"/> in grouped-query attention.</param>
/// <param name="HeadSize">Width of one head.</param>
/// <param name="VocabularySize">Rows of the output head.</param>
/// <param name="MaximumPositions">Positions the model was made for.</param>
public sealed record DecoderShape(
    int Layers, int HiddenSize, int Heads, int KeyValueHeads, int HeadSize, int VocabularySize, int MaximumPositions);
