using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Graft.Artifacts.Oci;

namespace Graft.Artifacts.Registry;

/// <summary>A repository in an OCI registry (OCI distribution specification 1.1).</summary>
internal sealed class RegistryRepository : IOciRepository
{
    private static readonly string[] ManifestTypes =
        [MediaTypes.ImageManifest, MediaTypes.ImageIndex, MediaTypes.DockerManifest, MediaTypes.DockerManifestList];

    private readonly RegistryEndpoint _endpoint;
    private readonly RegistryOptions _options;
    private readonly RegistryHttp _http;
    private readonly TimeProvider _time;

    public RegistryRepository(string host, string repository, RegistryOptions options, TimeProvider time)
    {
        _endpoint = RegistryEndpoint.Of(host, repository, options.PlainHttp);
        _options = options;
        _time = time;
        _http = new RegistryHttp(_endpoint, options, time);
    }

    public string Reference(string tag)
    {
        return $"{_endpoint.Host}/{_endpoint.Repository}:{tag}";
    }

    public async Task CheckPushAsync(CancellationToken cancellationToken)
    {
        using (var answer = await _http.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, _endpoint.Root), retry: true, cancellationToken).ConfigureAwait(false))
        {
            // A refusal here may be for the want of a scope; the upload's answer decides.
            if (!answer.IsSuccessStatusCode && answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
            {
                throw answer.StatusCode == HttpStatusCode.NotFound
                    ? new ArtifactException(
                        $"{_endpoint.Host} answers 404 to {_endpoint.Root}: it is no OCI registry. Check the address.",
                        ArtifactFailure.Refused)
                    : await _http.RefusalAsync(answer, "/v2/", cancellationToken).ConfigureAwait(false);
            }
        }

        await BlobUpload.TryAsync(_http, _endpoint, cancellationToken).ConfigureAwait(false);
    }

    public async Task<StoredManifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        using var response = await _http.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, $"{_endpoint.Api}/manifests/{tagOrDigest}");
                request.Headers.Accept.ParseAdd(string.Join(", ", ManifestTypes));
                return request;
            },
            retry: true,
            cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw await _http.RefusalAsync(response, $"a request for manifest '{tagOrDigest}'", cancellationToken).ConfigureAwait(false);
        }

        var content = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var manifest = new StoredManifest(response.Content.Headers.ContentType?.MediaType ?? MediaTypes.ImageManifest, content);
        return !OciDigest.IsValid(tagOrDigest) || manifest.Digest == tagOrDigest
            ? manifest
            : throw new ArtifactException(
                $"Registry {_endpoint.Host} answers to manifest {tagOrDigest} with another one ({manifest.Digest}): its store is damaged. "
                    + "Publish the artifact again.");
    }

    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        // The digest goes into an address: nothing but a valid one.
        var download = new BlobDownload(_http, $"{_endpoint.Api}/blobs/sha256:{OciDigest.Hex(blob.Digest)}", blob);
        await download.OpenAsync(cancellationToken).ConfigureAwait(false);
        return download;
    }

    public async Task PushBlobAsync(Descriptor blob, Func<Stream> open, Action<long> sent, CancellationToken cancellationToken)
    {
        using var present = await _http.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Head, $"{_endpoint.Api}/blobs/{blob.Digest}"), retry: true, cancellationToken)
                .ConfigureAwait(false);
        if (present.StatusCode != HttpStatusCode.OK)
        {
            await new BlobUpload(_http, _endpoint, _options, blob, open, sent).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task PushManifestAsync(StoredManifest manifest, CancellationToken cancellationToken)
    {
        using var response = await PutManifestAsync(manifest.Digest, manifest, retry: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores a manifest under a tag, whatever the tag named before.</summary>
    public async Task SetTagAsync(string tag, StoredManifest manifest, CancellationToken cancellationToken)
    {
        using var response = await PutManifestAsync(tag, manifest, retry: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Registries have no "store unless taken". What they allow is Fischer's mutual exclusion by time: look, write, wait
    /// longer than anybody takes from looking to writing, look again. Of several that wrote, the last one is seen by all.
    /// </summary>
    public async Task<bool> TryTagAsync(string tag, StoredManifest manifest, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        if (await FindManifestAsync(tag, cancellationToken).ConfigureAwait(false) is { } taken)
        {
            return taken.Digest == manifest.Digest;
        }

        try
        {
            // Not tried again: a repetition that comes late could overwrite a number that somebody has been given since.
            using var response = await PutManifestAsync(tag, manifest, retry: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RegistryHttp.IsPassing(error, cancellationToken))
        {
            // It may have been stored all the same: looked at below, after the wait that everybody owes.
        }

        // A registry that took long for us may take as long for others.
        var took = _time.GetElapsedTime(start) * 2;
        await Task.Delay(took > _options.SettleTime ? took : _options.SettleTime, _time, cancellationToken).ConfigureAwait(false);
        return (await FindManifestAsync(tag, cancellationToken).ConfigureAwait(false))?.Digest == manifest.Digest;
    }

    public async Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellationToken)
    {
        var tags = new List<string>();
        var seen = new HashSet<Uri>();
        var next = new Uri($"{_endpoint.Api}/tags/list?n=1000");
        // Some proxies drop the query, so that every page is the first one and names a second.
        for (var page = next; page is not null && seen.Add(page); page = next)
        {
            using var response = await _http.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, page), retry: true, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                break;
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw await _http.RefusalAsync(response, "a request for the tags", cancellationToken).ConfigureAwait(false);
            }

            tags.AddRange(Tags(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)));
            next = NextPage(response, page);
        }

        return tags;
    }

    private async Task<HttpResponseMessage> PutManifestAsync(
        string name, StoredManifest manifest, bool retry, CancellationToken cancellationToken)
    {
        var response = await _http.SendAsync(
            () =>
            {
                var content = new ByteArrayContent(manifest.Content);
                content.Headers.ContentType = new MediaTypeHeaderValue(manifest.MediaType);
                return new HttpRequestMessage(HttpMethod.Put, $"{_endpoint.Api}/manifests/{name}") { Content = content };
            },
            retry,
            cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Created)
        {
            return response;
        }

        using (response)
        {
            throw !retry && (int)response.StatusCode >= 500
                ? new IOException($"the registry answers {(int)response.StatusCode}")
                : await _http.RefusalAsync(response, $"manifest '{name}'", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The tags of one page; a repository that lost its last tag may say null.</summary>
    private IReadOnlyList<string> Tags(byte[] page)
    {
        try
        {
            return JsonSerializer.Deserialize<TagPage>(page)?.Tags?.OfType<string>().ToList() ?? [];
        }
        catch (JsonException error)
        {
            throw new ArtifactException(
                $"Registry {_endpoint.Host} answers to a request for the tags in {_endpoint.Repository} with something else than a list of tags. "
                    + "Check the address.",
                error,
                ArtifactFailure.Refused);
        }
    }

    // Link: </v2/name/tags/list?n=1000&last=x>; rel="next"
    private static Uri? NextPage(HttpResponseMessage response, Uri page)
    {
        var link = response.Headers.TryGetValues("Link", out var values) ? values.First() : "";
        var end = link.IndexOf('>', StringComparison.Ordinal);
        if (!link.StartsWith('<') || end < 0)
        {
            return null;
        }

        return Uri.TryCreate(page, link[1..end], out var next) && next.Scheme == page.Scheme && next.Authority == page.Authority
            ? next
            : null;
    }

    private sealed record TagPage([property: JsonPropertyName("tags")] IReadOnlyList<string?>? Tags);
}
