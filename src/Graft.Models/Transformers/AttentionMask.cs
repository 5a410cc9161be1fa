using static TorchSharp.torch;

namespace Graft.Models.Transformers;

/// <summary>
/// Which keys each query may see. The plain cases (causal, everything) have no tensor, which lets the attention kernel skip work.
/// </summary>
/// <param name="Allowed">bool [B or 1, 1, T, S], or null.</param>
/// <param name="IsCausal">Whether the kernel's own causal rule applies (T = S, no tensor).</param>
public readonly record struct AttentionMask(Tensor? Allowed, bool IsCausal)
{
    /// <summary>Every query sees every key, as in an encoder.</summary>
    public static readonly AttentionMask None = new(null, false);

    /// <summary>The causal mask of T queries that continue S - T earlier keys.</summary>
    /// <param name="queries">T.</param>
    /// <param name="keys">S.</param>
    /// <param name="querySegments">[B, T] or null, see <see cref="Decoder.TokenBatch.SegmentIds"/>.</param>
    /// <param name="keySegments">[B, S], given with <paramref name="querySegments"/>.</param>
    /// <param name="device">Where to make it.</param>
    public static AttentionMask Causal(long queries, long keys, Tensor? querySegments, Tensor? keySegments, Device device)
    {
        if (querySegments is null)
        {
            return queries == keys ? new AttentionMask(null, true)
                : queries == 1 ? None
                : new AttentionMask(Earlier(queries, keys, device).view(1, 1, queries, keys), false);
        }

        var same = querySegments.unsqueeze(2).eq(keySegments!.unsqueeze(1));
        return new AttentionMask(same.logical_and(Earlier(queries, keys, device)).unsqueeze(1), false);
    }

    /// <summary>The same with keys in front that every query sees.</summary>
    /// <param name="count">How many.</param>
    /// <param name="queries">T.</param>
    /// <param name="device">Where to make it.</param>
    public AttentionMask Behind(long count, long queries, Device device)
    {
        if (Allowed is not { } allowed)
        {
            return IsCausal ? Causal(queries, count + queries, null, null, device) : this;
        }

        var seen = ones([allowed.shape[0], 1, queries, count], ScalarType.Bool, device);
        return new AttentionMask(cat([seen, allowed], -1), false);
    }

    private static Tensor Earlier(long queries, long keys, Device device) =>
        ones(queries, keys, dtype: ScalarType.Bool, device: device).tril(keys - queries);
}
