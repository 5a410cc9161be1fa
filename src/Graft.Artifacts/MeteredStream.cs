namespace Graft.Artifacts;

/// <summary>A stream to read from that tells how much is read.</summary>
/// <param name="inner">The stream; it is closed with this one.</param>
/// <param name="onRead">Told after each read how many bytes it gave.</param>
internal sealed class MeteredStream(Stream inner, Action<int> onRead) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        return Told(inner.Read(buffer));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        return Told(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Told(int count)
    {
        onRead(count);
        return count;
    }
}
