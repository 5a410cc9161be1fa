namespace Graft.Artifacts.Packing;

/// <summary>Reads what is unpacked, up to a limit: a small archive may hold more zeros than the disk has room.</summary>
/// <param name="inner">What is unpacked.</param>
/// <param name="layer">The layer, for the message.</param>
/// <param name="limit">The most bytes.</param>
internal sealed class BoundedStream(Stream inner, string layer, long limit) : ReadOnlyStream
{
    private long _read;

    public override int Read(Span<byte> buffer)
    {
        return Counted(inner.Read(buffer));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        return Counted(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
    }

    private int Counted(int count)
    {
        _read += count;
        return _read <= limit
            ? count
            : throw new ArtifactException(
                $"Layer {layer} unpacks to more than {limit >> 20} MiB, many times its size: it is not unpacked. "
                + "If it is what it should be, publish it as an archive without compression.");
    }
}
