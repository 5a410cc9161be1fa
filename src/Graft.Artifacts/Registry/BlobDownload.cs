using System.Net;
using System.Net.Http.Headers;
using Graft.Artifacts.Oci;

namespace Graft.Artifacts.Registry;

/// <summary>
/// Reads a blob from a registry. A connection that breaks or stalls is opened anew at the byte where it stopped, so that
/// gigabytes need not begin again.
/// </summary>
internal sealed class BlobDownload(RegistryHttp http, string address, Descriptor blob) : Stream
{
    private const int MaxResumptions = 5;
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(60);

    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private int _resumptions;
    private SilenceWatch? _silence;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => blob.Size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the connection: a missing blob shows here.</summary>
    /// <exception cref="ArtifactException">The registry has no such blob, or refuses.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        Close(ref _response, ref _body);
        var answer = await http.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Range = _position > 0 ? new RangeHeaderValue(_position, null) : null;
                return request;
            },
            retry: true,
            cancellationToken,
            isBlob: true).ConfigureAwait(false);
        _response = answer;
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
        {
            throw await http.RefusalAsync(answer, $"a request for blob {blob.Digest}", cancellationToken).ConfigureAwait(false);
        }

        _body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (_position > 0 && answer.StatusCode == HttpStatusCode.OK)
        {
            await SkipAsync(_body, _position, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                stall.CancelAfter(StallTimeout);
                _silence ??= http.Watch(blob, () => _position);
                _silence.Begin();
                var count = await _body!.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
                _silence.End();
                if (count == 0 && buffer.Length > 0 && _position < blob.Size)
                {
                    throw new EndOfStreamException($"The registry ended blob {blob.Digest} after {_position} of {blob.Size} bytes.");
                }

                _position += count;
                return count;
            }
            catch (Exception error) when (RegistryHttp.IsPassing(error, cancellationToken) && _resumptions < MaxResumptions)
            {
                _silence?.End();
                _resumptions++;
                await OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (RegistryHttp.IsPassing(error, cancellationToken))
            {
                throw new ArtifactException(
                    $"The transfer of blob {blob.Digest} broke {_resumptions + 1} times ({error.Message}). Try again later.",
                    error,
                    ArtifactFailure.Unavailable);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    // Archive readers read synchronously now and then.
    public override int Read(byte[] buffer, int offset, int count)
    {
        return ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        throw new NotSupportedException();
    }

    public override void SetLength(long value)
    {
        throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        throw new NotSupportedException();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _silence?.Dispose();
            Close(ref _response, ref _body);
        }

        base.Dispose(disposing);
    }

    private static void Close(ref HttpResponseMessage? response, ref Stream? body)
    {
        body?.Dispose();
        response?.Dispose();
        body = null;
        response = null;
    }

    private static async Task SkipAsync(Stream stream, long count, CancellationToken cancellationToken)
    {
        var buffer = new byte[81920];
        while (count > 0)
        {
            var read = await stream.ReadAsync(
                buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellationToken).ConfigureAwait(false);
            count = read > 0 ? count - read : throw new EndOfStreamException(
                "The registry ended the blob before the byte where the transfer broke.");
        }
    }
}
