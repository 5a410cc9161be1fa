namespace Graft.Artifacts.Registry;

/// <summary>The next bytes of a stream, as a stream. Disposing it leaves the inner one open, because a chunk can be sent again.</summary>
internal sealed class LimitedStream(Stream inner, long limit) : ReadOnlyStream
{
    private long _position;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, limit - _position)]);
        _position += read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(
            buffer[..(int)Math.Min(buffer.Length, limit - _position)], cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }
}
