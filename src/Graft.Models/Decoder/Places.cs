using Graft.Models.Hooks;
using Graft.Models.Transformers;
using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>
/// Where the tokens of a pass stand: positions, segments and who sees whom, with virtual tokens in front. Each sequence that is packed
/// into a row has its own copy of them; all copies stand at the row's beginning, where segments keep them apart, and their positions are
/// those in front of their sequence.
/// </summary>
/// <param name="Positions">int64 [B or 1, V + T].</param>
/// <param name="Segments">int64 [B, V + T], or null.</param>
/// <param name="Mask">Which keys a query may see.</param>
/// <param name="Virtual">V: how many virtual tokens stand in front of the batch's own.</param>
/// <param name="Copies">How many times the virtual tokens stand there; 0 where a cache holds them already.</param>
internal sealed record Places(Tensor Positions, Tensor? Segments, AttentionMask Mask, long Virtual, long Copies)
{
    /// <exception cref="ArgumentException">The batch cannot continue the cache, or begins above layers that virtual tokens have to
    /// pass.</exception>
    public static Places Of(TokenBatch batch, ModelHooks hooks, KeyValueCache? cache, Device device)
    {
        var (rows, length) = batch.Size;
        var past = cache?.Length ?? 0;
        var tokens = hooks.VirtualTokens.Sum(virtualTokens => virtualTokens.Count);
        var shift = hooks.ExtraPositions - tokens;
        if (tokens > 0 && batch.Stream is not null)
        {
            throw new ArgumentException("virtual tokens enter before the first block: begin there, not at a later one", nameof(batch));
        }

        var segments = Segmented(batch, rows, length, cache, device);
        var positions = batch.PositionIds is { } given ? given + hooks.ExtraPositions
            : arange(past + shift, past + shift + length, ScalarType.Int64, device).unsqueeze(0) + (past == 0 ? tokens : 0);
        var copies = tokens == 0 || past > 0 ? 0 : segments is null ? 1 : Math.Max(1, segments.max().item<long>());
        if (copies > 0)
        {
            var own = arange(shift, shift + tokens, ScalarType.Int64, device).repeat(copies).unsqueeze(0);
            positions = cat([own.expand(positions.shape[0], -1), positions], 1);
            segments = segments is null ? null : cat([
                arange(1, copies + 1, ScalarType.Int64, device).repeat_interleave(tokens).unsqueeze(0).expand(rows, -1), segments], 1);
        }

        var added = copies * tokens;
        var keySegments = segments is not null && cache?.Segments is { } held ? cat([held, segments], 1) : segments;
        var mask = AttentionMask.Causal(added + length, past + added + length, segments, keySegments, device);
        return new Places(positions, segments, mask, added, copies);
    }

    private static Tensor? Segmented(TokenBatch batch, long rows, long length, KeyValueCache? cache, Device device)
    {
        if (batch.SegmentIds is null && cache?.Segments is not null)
        {
            return ones(rows, length, dtype: ScalarType.Int64, device: device);
        }

        return batch.SegmentIds is null || cache is not { Length: > 0, Segments: null }
            ? batch.SegmentIds
            : throw new ArgumentException("a batch with segments cannot continue a cache that was begun without", nameof(batch));
    }
}
