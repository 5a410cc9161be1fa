using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Graft.Artifacts.Oci;
using Graft.Common;

namespace Graft.Artifacts.Registry;

/// <summary>
/// Uploads one blob (OCI distribution specification, "Pushing blobs"): a small one in one request, a large one in chunks. A
/// chunk that broke goes on where the registry says it stopped.
/// </summary>
/// <param name="http">Sends.</param>
/// <param name="endpoint">Where to.</param>
/// <param name="options">The size of a chunk.</param>
/// <param name="blob">What is sent.</param>
/// <param name="open">Opens its bytes.</param>
/// <param name="sent">Told how many of them have gone out, or, after a failure, how many the registry has.</param>
internal sealed class BlobUpload(
    RegistryHttp http, RegistryEndpoint endpoint, RegistryOptions options, Descriptor blob, Func<Stream> open, Action<long> sent)
{
    private const int MaxRestarts = 5;

    private static readonly TimeSpan FirstRestart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRestart = TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var restart = 0; ; restart++)
        {
            try
            {
                var location = await BeginAsync(http, endpoint, cancellationToken).ConfigureAwait(false);
                location = blob.Size > options.ChunkBytes
                    ? await SendChunksAsync(location, cancellationToken).ConfigureAwait(false)
                    : location;
                await CompleteAsync(location, withBody: blob.Size <= options.ChunkBytes, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (RegistryHttp.IsPassing(error, cancellationToken) && restart < MaxRestarts)
            {
                // The registry forgot the upload, or broke off a request whose body cannot be repeated: from the beginning.
                var wait = Backoff.Doubled(FirstRestart, LongestRestart, restart + 1);
                sent(0);
                options.Waiting?.Invoke(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The upload to registry {endpoint.Host} broke ({error.GetBaseException().Message}). It begins again in {wait.TotalSeconds:0.#} s …"));
                await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (RegistryHttp.IsPassing(error, cancellationToken))
            {
                throw new ArtifactException(
                    $"The upload of blob {blob.Digest} to {endpoint.Host} broke {restart + 1} times ({error.Message}). Try again later.",
                    error,
                    ArtifactFailure.Unavailable);
            }
        }
    }

    /// <summary>
    /// Begins an upload and ends it at once: what a registry is asked to know whether it takes uploads, without leaving anything there.
    /// </summary>
    /// <exception cref="ArtifactException">It takes none.</exception>
    public static async Task TryAsync(RegistryHttp http, RegistryEndpoint endpoint, CancellationToken cancellationToken)
    {
        var location = await BeginAsync(http, endpoint, cancellationToken).ConfigureAwait(false);
        try
        {
            using var response = await http.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Delete, location), retry: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RegistryHttp.IsPassing(error, cancellationToken))
        {
            // Not every registry can end an upload; all of them forget one that never gets a byte.
        }
    }

    private static async Task<Uri> BeginAsync(RegistryHttp http, RegistryEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, $"{endpoint.Api}/blobs/uploads/") { Content = new ByteArrayContent([]) },
            retry: true,
            cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.Accepted
            ? Location(endpoint, response, new Uri($"{endpoint.Api}/blobs/uploads/"))
            : throw await http.RefusalAsync(response, "the start of an upload", cancellationToken).ConfigureAwait(false);
    }

    private async Task<Uri> SendChunksAsync(Uri location, CancellationToken cancellationToken)
    {
        await using var source = open();
        var stored = 0L;
        for (var failures = 0; stored < blob.Size;)
        {
            var size = (int)Math.Min(options.ChunkBytes, blob.Size - stored);
            try
            {
                using var response = await PatchAsync(location, source, stored, size, cancellationToken).ConfigureAwait(false);
                location = Location(endpoint, response, location);
                stored += size;
                failures = 0;
            }
            catch (Exception error) when (RegistryHttp.IsPassing(error, cancellationToken) && failures < MaxRestarts)
            {
                failures++;
                (location, stored) = await StatusAsync(location, cancellationToken).ConfigureAwait(false);
                sent(stored);
            }
        }

        return location;
    }

    private async Task<HttpResponseMessage> PatchAsync(
        Uri location, Stream source, long offset, int size, CancellationToken cancellationToken)
    {
        var response = await http.SendAsync(
            moving =>
            {
                source.Position = offset;
                var content = new StreamContent(Counted(new LimitedStream(source, size), offset, moving), 1 << 16);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                content.Headers.ContentLength = size;
                // The specification's form has no unit, which HttpClient's own type would write.
                content.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + size - 1}");
                return new HttpRequestMessage(HttpMethod.Patch, location) { Content = content };
            },
            retry: false,
            cancellationToken,
            size).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Accepted)
        {
            return response;
        }

        using (response)
        {
            // 416: the registry has another number of bytes than we think, which its status tells. 404: it has given the upload up, as some
            // do when the number differs; then its status says so, and the upload begins again.
            const HttpStatusCode Differs = HttpStatusCode.RequestedRangeNotSatisfiable;
            throw (int)response.StatusCode >= 500
                || response.StatusCode is Differs or HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests
                ? new IOException($"the registry answers {(int)response.StatusCode}")
                : await http.RefusalAsync(response, "a chunk of an upload", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How many bytes of the upload the registry has.</summary>
    private async Task<(Uri Location, long Sent)> StatusAsync(Uri location, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, location), retry: true, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.NoContent)
        {
            throw new IOException($"the registry forgot the upload ({(int)response.StatusCode})");
        }

        var range = response.Headers.TryGetValues("Range", out var values) ? values.First() : "0-0";
        if (!long.TryParse(range[(range.IndexOf('-', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture, out var last)
            || last >= blob.Size)
        {
            throw new IOException($"the registry tells of the upload '{range}', which is no part of it");
        }

        // An empty upload is told as 0-0, like one of a single byte; no chunk is that small.
        return (Location(endpoint, response, location), last == 0 ? 0 : last + 1);
    }

    private async Task CompleteAsync(Uri location, bool withBody, CancellationToken cancellationToken)
    {
        var separator = location.Query.Length == 0 ? '?' : '&';
        using var response = await http.SendAsync(
            moving =>
            {
                HttpContent content = withBody ? new StreamContent(Counted(open(), 0, moving), 1 << 16) : new ByteArrayContent([]);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                content.Headers.ContentLength = withBody ? blob.Size : 0;
                return new HttpRequestMessage(
                    HttpMethod.Put, $"{location}{separator}digest={Uri.EscapeDataString(blob.Digest)}")
                { Content = content };
            },
            retry: false,
            cancellationToken,
            withBody ? blob.Size : 0).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Created)
        {
            return;
        }

        throw (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests
            ? new IOException($"the registry answers {(int)response.StatusCode}")
            : await http.RefusalAsync(response, $"the upload of blob {blob.Digest}", cancellationToken).ConfigureAwait(false);
    }

    private MeteredStream Counted(Stream content, long start, Action moving)
    {
        var position = start;
        return new MeteredStream(content, count =>
        {
            moving();
            sent(position += count);
        });
    }

    private static Uri Location(RegistryEndpoint endpoint, HttpResponseMessage response, Uri asked)
    {
        // After a redirect the answer is relative to where it came from.
        return response.Headers.Location is { } location ? endpoint.Follow(response.RequestMessage?.RequestUri ?? asked, location) : asked;
    }
}
