using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>Changes the input embeddings, e.g. writes a picture's features over placeholder positions.</summary>
public interface IEmbeddingHook
{
    /// <summary>Gives the embeddings that enter the first block, [B, T, hidden], from those of the model or of the hook before.</summary>
    Tensor Apply(Tensor embeddings, ForwardContext context);
}

/// <summary>
/// Vectors that stand as tokens in front of each sequence, before masks and positions are made: every token sees them, and the first real
/// token has the position <see cref="Count"/>. The model gives no output for them.
/// </summary>
public interface IVirtualTokens
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>The vectors: [count, hidden], or [B, count, hidden] where they differ from row to row.</summary>
    Tensor Vectors(ForwardContext context);
}

/// <summary>Keys and values in front of a layer's own, which every token sees. They are not rotated.</summary>
public interface IKeyValuePrefix
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Whether the first real token has the position <see cref="Count"/> instead of 0.</summary>
    bool ShiftsPositions { get; }

    /// <summary>Both [B or 1, keyValueHeads, count, headSize].</summary>
    (Tensor Keys, Tensor Values) Of(ForwardContext context);
}
