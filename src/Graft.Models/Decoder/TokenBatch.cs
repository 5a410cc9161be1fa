using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>What enters a decoder: ids [B, T] or embeddings [B, T, hidden].</summary>
public sealed record TokenBatch
{
    private TokenBatch(Tensor? ids, Tensor? embeddings)
    {
        InputIds = ids;
        InputEmbeddings = embeddings;
    }

    /// <summary>int64 [B, T], or null when embeddings are given.</summary>
    public Tensor? InputIds { get; }

    /// <summary>[B, T, hidden], or null when ids are given.</summary>
    public Tensor? InputEmbeddings { get; }

    /// <summary>int64 [B, T]: the position of each token in its sequence. Null: 0 … T-1 in every row (after what a cache holds).</summary>
    public Tensor? PositionIds { get; init; }

    /// <summary>
    /// int64 [B, T]: which of the sequences packed into a row a token belongs to, 0 for padding. A token sees the earlier tokens of its own
    /// segment only. Null: every row is one sequence; padding on the right then needs no mask, since nothing before it can see it.
    /// </summary>
    public Tensor? SegmentIds { get; init; }

    /// <summary>[B, T].</summary>
    public (long Rows, long Length) Size =>
        InputIds is { } ids ? (ids.shape[0], ids.shape[1]) : (InputEmbeddings!.shape[0], InputEmbeddings.shape[1]);

    /// <summary>A batch of token ids, int64 [B, T].</summary>
    public static TokenBatch Of(Tensor inputIds) => inputIds.dim() == 2
        ? new TokenBatch(inputIds, null)
        : throw new ArgumentException($"token ids must be [B, T], not [{string.Join(", ", inputIds.shape)}]", nameof(inputIds));

    /// <summary>A batch of embeddings, [B, T, hidden].</summary>
    public static TokenBatch OfEmbeddings(Tensor embeddings) => embeddings.dim() == 3
        ? new TokenBatch(null, embeddings)
        : throw new ArgumentException(
            $"embeddings must be [B, T, hidden], not [{string.Join(", ", embeddings.shape)}]", nameof(embeddings));
}
