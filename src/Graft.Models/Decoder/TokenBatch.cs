using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>What enters a decoder: ids [B, T], embeddings [B, T, hidden], or the residual stream before some block.</summary>
public sealed record TokenBatch : ModelInput
{
    /// <summary>Nothing entered: the output head alone is applied.</summary>
    internal static readonly TokenBatch None = new();

    private TokenBatch()
    {
    }

    /// <summary>int64 [B, T], or null when something else is given.</summary>
    public Tensor? InputIds { get; private init; }

    /// <summary>[B, T, hidden], or null when something else is given.</summary>
    public Tensor? InputEmbeddings { get; private init; }

    /// <summary>int64 [B, T]: the position of each token in its sequence, virtual tokens not counted. Null: 0 … T-1 in every row (after
    /// what a cache holds).</summary>
    public Tensor? PositionIds { get; init; }

    /// <summary>
    /// int64 [B, T]: which of the sequences packed into a row a token belongs to, 1, 2, …, and 0 for padding. A token sees the earlier
    /// tokens of its own segment only. Null: every row is one sequence; padding on the right then needs no mask, since nothing before it
    /// can see it.
    /// </summary>
    public Tensor? SegmentIds { get; init; }

    /// <summary>[B, T].</summary>
    public (long Rows, long Length) Size =>
        (InputIds ?? InputEmbeddings ?? Stream) is { } entering ? (entering.shape[0], entering.shape[1]) : default;

    /// <summary>A batch of token ids, int64 [B, T].</summary>
    public static TokenBatch Of(Tensor inputIds) => inputIds.dim() == 2
        ? new TokenBatch { InputIds = inputIds }
        : throw new ArgumentException($"token ids must be [B, T], not [{string.Join(", ", inputIds.shape)}]", nameof(inputIds));

    /// <summary>A batch of embeddings, [B, T, hidden].</summary>
    public static TokenBatch OfEmbeddings(Tensor embeddings) => embeddings.dim() == 3
        ? new TokenBatch { InputEmbeddings = embeddings }
        : throw new ArgumentException(
            $"embeddings must be [B, T, hidden], not [{string.Join(", ", embeddings.shape)}]", nameof(embeddings));

    /// <summary>The residual stream before a block, as <see cref="Hooks.ModelHooks.Observer"/> saw it: the blocks below are not run
    /// again.</summary>
    /// <param name="stream">[B, T, hidden].</param>
    /// <param name="layer">The block that comes next.</param>
    public static TokenBatch OfStream(Tensor stream, int layer) => stream.dim() == 3
        ? new TokenBatch { Stream = stream, FromLayer = layer }
        : throw new ArgumentException($"the stream must be [B, T, hidden], not [{string.Join(", ", stream.shape)}]", nameof(stream));
}
