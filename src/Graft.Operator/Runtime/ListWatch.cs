using Graft.Api.V1Alpha1;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>Where an informer's objects come from.</summary>
public interface IListWatch<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>One page of the list; the page's metadata holds the next token and the list's resource version.</summary>
    /// <exception cref="ApiException">Expired where the token is no longer kept.</exception>
    Task<GraftList<T>> ListAsync(string? continueToken, CancellationToken cancellationToken);

    /// <summary>The changes after a resource version, until the stream ends.</summary>
    /// <exception cref="ApiException">Expired where the version is no longer kept.</exception>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync(string resourceVersion, TimeSpan duration, CancellationToken cancellationToken);
}

/// <summary>The objects of a kind on the API server, in one namespace or all, picked by label or field.</summary>
/// <param name="client">The client of the kind.</param>
/// <param name="namespace">The namespace; all of them without it.</param>
/// <param name="selection">Which of them.</param>
public sealed class ServerListWatch<T>(ResourceClient<T> client, string? @namespace, Selection selection) : IListWatch<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private const int PageSize = 500;

    public Task<GraftList<T>> ListAsync(string? continueToken, CancellationToken cancellationToken)
    {
        return client.ListAsync(@namespace, selection, PageSize, continueToken, cancellationToken);
    }

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync(string resourceVersion, TimeSpan duration, CancellationToken cancellationToken)
    {
        return client.WatchAsync(@namespace, selection, resourceVersion, duration, cancellationToken);
    }
}
