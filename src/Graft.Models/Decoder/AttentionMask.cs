using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>
/// Which keys each query may see. The plain causal case has no tensor, which lets the attention kernel skip half of the work.
/// </summary>
/// <param name="Allowed">bool [B or 1, 1, T, S], or null.</param>
/// <param name="IsCausal">Whether the kernel's own causal rule applies (T = S, no tensor).</param>
public readonly record struct AttentionMask(Tensor? Allowed, bool IsCausal)
{
    /// <summary>The mask of T queries that continue S - T earlier keys.</summary>
    /// <param name="queries">T.</param>
    /// <param name="keys">S.</param>
    /// <param name="querySegments">[B, T] or null, see <see cref="TokenBatch.SegmentIds"/>.</param>
    /// <param name="keySegments">[B, S], given with <paramref name="querySegments"/>.</param>
    /// <param name="device">Where to make it.</param>
    public static AttentionMask For(long queries, long keys, Tensor? querySegments, Tensor? keySegments, Device device)
    {
        if (querySegments is null)
        {
            return queries == keys ? new AttentionMask(null, true)
                : queries == 1 ? new AttentionMask(null, false)
                : new AttentionMask(Causal(queries, keys, device).view(1, 1, queries, keys), false);
        }

        var same = querySegments.unsqueeze(2).eq(keySegments!.unsqueeze(1));
        return new AttentionMask(same.logical_and(Causal(queries, keys, device)).unsqueeze(1), false);
    }

    private static Tensor Causal(long queries, long keys, Device device) =>
        ones(queries, keys, dtype: ScalarType.Bool, device: device).tril(keys - queries);
}
