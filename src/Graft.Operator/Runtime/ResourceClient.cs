using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Graft.Api.V1Alpha1;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>Reads and writes objects of one kind; the same few verbs for built-in and custom kinds.</summary>
/// <typeparam name="T">The kind's type.</typeparam>
/// <param name="api">The API server.</param>
/// <param name="reading">How lists and watches are read, which are many objects at once: as all else without it.</param>
public sealed class ResourceClient<T>(ApiClient api, JsonSerializerOptions? reading = null)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly JsonSerializerOptions _reading = reading ?? ApiJson.Options;

    private const string ApplyPatch = "application/apply-patch+yaml";
    private const string MergePatch = "application/merge-patch+json";

    /// <summary>How the server names the kind.</summary>
    public KubernetesKind Kind { get; } = KubernetesKind.Of<T>();

    public async Task<T> GetAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        return await SendAsync(HttpMethod.Get, Kind.Path(key.Namespace, key.Name), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The object, or null where there is none.</summary>
    public async Task<T?> FindAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    public async Task<T> CreateAsync(T resource, string fieldManager, CancellationToken cancellationToken)
    {
        resource.ApiVersion = Kind.ApiVersion;
        resource.Kind = Kind.Kind;
        var path = Kind.Path(resource.Metadata.NamespaceProperty) + $"?fieldManager={Uri.EscapeDataString(fieldManager)}";
        return await SendAsync(HttpMethod.Post, path, KubernetesJson.Serialize(resource), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replaces the object; refused where it has changed since it was read.</summary>
    public async Task<T> ReplaceAsync(T resource, CancellationToken cancellationToken)
    {
        resource.ApiVersion = Kind.ApiVersion;
        resource.Kind = Kind.Kind;
        var path = Kind.Path(resource.Metadata.NamespaceProperty, resource.Metadata.Name);
        return await SendAsync(HttpMethod.Put, path, KubernetesJson.Serialize(resource), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Server-side apply of the status: the fields given here become the manager's, taken from others by force, and fields that it
    /// gave before and no longer gives go. Fields of other managers stay.
    /// </summary>
    /// <param name="resource">
    /// The object whose status it is, as it was when the status was decided on, or as the last write answered: UID and resource version
    /// are preconditions, so that neither a namesake nor an object that has changed meanwhile is written to.
    /// </param>
    /// <param name="status">The status, whole as far as it is this manager's.</param>
    /// <param name="fieldManager">Who writes.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async Task<T> ApplyStatusAsync(T resource, object status, string fieldManager, CancellationToken cancellationToken)
    {
        var body = KubernetesJson.Serialize(new
        {
            apiVersion = Kind.ApiVersion,
            kind = Kind.Kind,
            metadata = new
            {
                name = resource.Metadata.Name,
                @namespace = resource.Metadata.NamespaceProperty,
                uid = resource.Metadata.Uid,
                resourceVersion = resource.Metadata.ResourceVersion,
            },
            status,
        });
        var path = Kind.Path(resource.Metadata.NamespaceProperty, resource.Metadata.Name, "status")
            + $"?force=true&fieldManager={Uri.EscapeDataString(fieldManager)}";
        return await SendAsync(HttpMethod.Patch, path, body, cancellationToken, ApplyPatch).ConfigureAwait(false);
    }

    /// <summary>A JSON merge patch of the object or of a subresource.</summary>
    public async Task<T> MergePatchAsync(
        ObjectKey key, object patch, string? subresource, string fieldManager, CancellationToken cancellationToken)
    {
        // Serialized without the client's options: they leave nulls out, and null is how a merge patch removes a field.
        var path = Kind.Path(key.Namespace, key.Name, subresource) + $"?fieldManager={Uri.EscapeDataString(fieldManager)}";
        return await SendAsync(
            HttpMethod.Patch, path, JsonSerializer.Serialize(patch), cancellationToken, MergePatch).ConfigureAwait(false);
    }

    /// <summary>A JSON merge patch of the status, with the preconditions of <see cref="ApplyStatusAsync"/>.</summary>
    public Task<T> PatchStatusAsync(T resource, object status, string fieldManager, CancellationToken cancellationToken)
    {
        var metadata = new { uid = resource.Metadata.Uid, resourceVersion = resource.Metadata.ResourceVersion };
        return MergePatchAsync(ObjectKey.Of(resource), new { metadata, status }, "status", fieldManager, cancellationToken);
    }

    /// <summary>
    /// Asks the API server itself, past all caches, whether the object still is what was read.
    /// </summary>
    /// <exception cref="ApiException">A conflict: it has changed, or is gone.</exception>
    public async Task ConfirmAsync(T resource, CancellationToken cancellationToken)
    {
        var now = await FindAsync(ObjectKey.Of(resource), cancellationToken).ConfigureAwait(false);
        if (now?.Metadata.Uid != resource.Metadata.Uid || now.Metadata.ResourceVersion != resource.Metadata.ResourceVersion)
        {
            throw new ApiException(
                HttpStatusCode.Conflict, "Conflict", $"{Kind.Kind} {ObjectKey.Of(resource)} has changed since it was read.");
        }
    }

    /// <summary>Deletes the object of this UID; one that is gone already is no error.</summary>
    /// <param name="key">The object.</param>
    /// <param name="uid">Its UID: a namesake is not touched.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <param name="dependentsFirst">Whether its name stays taken until what it owns is gone; otherwise that goes in the
    /// background.</param>
    /// <returns>The object as it is while it is being deleted; null where it is gone.</returns>
    public async Task<T?> DeleteAsync(ObjectKey key, string uid, CancellationToken cancellationToken, bool dependentsFirst = false)
    {
        var options = KubernetesJson.Serialize(new V1DeleteOptions
        {
            PropagationPolicy = dependentsFirst ? "Foreground" : "Background",
            Preconditions = new V1Preconditions { Uid = uid },
        });
        try
        {
            using var response = await api.SendAsync(
                HttpMethod.Delete, Kind.Path(key.Namespace, key.Name), options, cancellationToken: cancellationToken).ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            using var answer = JsonDocument.Parse(bytes);
            // The server answers with the object, or with a Status once it is gone.
            return answer.RootElement.TryGetProperty("kind", out var kind) && kind.GetString() == Kind.Kind
                ? answer.RootElement.Deserialize<T>(ApiJson.Options)
                : null;
        }
        catch (ApiException error) when (error.IsNotFound || error.IsConflict)
        {
            // Gone, or another object by now.
            return null;
        }
    }

    /// <summary>One page of the collection.</summary>
    public async Task<GraftList<T>> ListAsync(
        string? @namespace, Selection selection, int limit, string? continueToken, CancellationToken cancellationToken)
    {
        var query = $"?limit={limit}" + selection.Query
            + (continueToken is null ? "" : $"&continue={Uri.EscapeDataString(continueToken)}");
        using var response = await api.SendAsync(
            HttpMethod.Get, Kind.Path(@namespace) + query, cancellationToken: cancellationToken).ConfigureAwait(false);
        return await ReadAsync<GraftList<T>>(response, _reading, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The collection's changes after a resource version, bookmarks included, until the server ends the watch.
    /// </summary>
    /// <exception cref="ApiException">The server refused, or reported an error in the stream; expired where it no longer has the
    /// version.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(
        string? @namespace,
        Selection selection,
        string resourceVersion,
        TimeSpan duration,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = Kind.Path(@namespace)
            + $"?watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(resourceVersion)}"
            + $"&timeoutSeconds={(int)duration.TotalSeconds}{selection.Query}";
        using var response = await api.SendAsync(HttpMethod.Get, path, cancellationToken: cancellationToken).ConfigureAwait(false);
        var lines = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        await foreach (var line in LinesAsync(lines, cancellationToken).ConfigureAwait(false))
        {
            yield return WatchLine.Parse<T>(line, _reading);
        }
    }

    /// <summary>The lines of a stream that are not empty; one without an end is none. Each is there until the next is asked for.</summary>
    private static async IAsyncEnumerable<ReadOnlySequence<byte>> LinesAsync(
        PipeReader source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (!line.IsEmpty)
                    {
                        yield return line;
                    }
                }

                source.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await source.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task<T> SendAsync(
        HttpMethod method, string path, string? body, CancellationToken cancellationToken, string contentType = "application/json")
    {
        using var response = await api.SendAsync(
            method, path, body, contentType, cancellationToken: cancellationToken).ConfigureAwait(false);
        return await ReadAsync<T>(response, ApiJson.Options, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<TResult> ReadAsync<TResult>(
        HttpResponseMessage response, JsonSerializerOptions options, CancellationToken cancellationToken)
    {
        // Read whole before it is parsed: the client's own reader is synchronous and would hold a thread on a slow connection.
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize<TResult>(bytes, options) ?? throw new JsonException("The API server answered with null.");
    }
}
