using System.Security.Cryptography;

namespace Graft.Artifacts.Oci;

/// <summary>
/// Reads a blob and checks it on the way: more bytes than announced end at once, and the end of the stream is only reached
/// with the right digest.
/// </summary>
internal sealed class VerifyingStream(Stream inner, Descriptor blob) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;
    private bool _verified;

    /// <summary>Reads what the consumer left (an archive's padding), and with it verifies the whole blob.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[81920];
        while (await ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        Check(buffer[..count], atEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Check(buffer.Span[..count], atEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Check(ReadOnlySpan<byte> bytes, bool atEnd)
    {
        _hash.AppendData(bytes);
        _length += bytes.Length;
        if (_length > blob.Size || (atEnd && _length < blob.Size))
        {
            throw new ArtifactException(
                $"Blob {blob.Digest} should have {blob.Size} bytes but {(atEnd ? $"ends after {_length}" : "has more")}: the stored copy or the transfer is damaged. Try again; if it stays, delete the stored blob and publish the artifact again.");
        }

        if (!atEnd || _verified)
        {
            return;
        }

        var actual = OciDigest.Format(_hash.GetHashAndReset());
        _verified = true;
        if (actual != blob.Digest)
        {
            throw new ArtifactException(
                $"Blob {blob.Digest} has the digest {actual}: the stored copy or the transfer is damaged. Try again; if it stays, delete "
                    + "the stored blob and publish the artifact again.");
        }
    }
}
