using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>
/// Keys and values of the positions a model has already seen, for generation. Buffers double when full, so that a long text costs
/// amortised constant copying per token. Used without gradients only.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Dictionary<int, (Tensor Keys, Tensor Values)> _layers = [];
    private readonly Dictionary<object, Tensor> _made = new(ReferenceEqualityComparer.Instance);
    private Tensor? _segments;

    /// <summary>Positions held.</summary>
    public long Length { get; private set; }

    /// <summary>[B, Length] segments of the held positions, or null where no batch had any.</summary>
    public Tensor? Segments => _segments;

    /// <summary>
    /// Adds a layer's new keys and values, [B, heads, T, headSize], and gives all of them, [B, heads, Length + T, headSize].
    /// </summary>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var needed = Length + keys.shape[2];
        if (!_layers.TryGetValue(layer, out var buffers) || buffers.Keys.shape[2] < needed)
        {
            buffers = (Grown(buffers.Keys, keys, needed), Grown(buffers.Values, values, needed));
            _layers[layer] = buffers;
        }

        buffers.Keys.narrow(2, Length, keys.shape[2]).copy_(keys);
        buffers.Values.narrow(2, Length, keys.shape[2]).copy_(values);
        return (buffers.Keys.narrow(2, 0, needed), buffers.Values.narrow(2, 0, needed));
    }

    /// <summary>What a hook computes once a generation.</summary>
    internal Tensor Once(object owner, Func<Tensor> make)
    {
        if (!_made.TryGetValue(owner, out var made))
        {
            _made[owner] = made = make().DetachFromDisposeScope();
        }

        return made;
    }

    /// <summary>Counts a batch's positions as held, after all layers have appended theirs.</summary>
    internal void Advance(long positions, Tensor? segments)
    {
        if (segments is not null)
        {
            var all = (_segments is null ? segments.clone() : cat([_segments, segments], 1)).DetachFromDisposeScope();
            _segments?.Dispose();
            _segments = all;
        }

        Length += positions;
    }

    public void Dispose()
    {
        foreach (var (keys, values) in _layers.Values)
        {
            keys.Dispose();
            values.Dispose();
        }

        foreach (var made in _made.Values)
        {
            made.Dispose();
        }

        _layers.Clear();
        _made.Clear();
        _segments?.Dispose();
    }

    private Tensor Grown(Tensor? old, Tensor sample, long needed)
    {
        var shape = sample.shape;
        shape[2] = Math.Max(needed, Length * 2);
        var buffer = zeros(shape, sample.dtype, sample.device).DetachFromDisposeScope();
        if (old is not null)
        {
            buffer.narrow(2, 0, Length).copy_(old.narrow(2, 0, Length));
            old.Dispose();
        }

        return buffer;
    }
}
