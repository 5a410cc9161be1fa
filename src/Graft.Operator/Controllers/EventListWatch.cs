using System.Runtime.CompilerServices;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runtime;
using k8s.Models;

namespace Graft.Operator.Controllers;

/// <summary>
/// The cluster's warnings as an informer's source that lets nothing through but the resource versions: each event goes to the cache of
/// warnings, which keeps few of them, and the informer's own cache stays empty. Events that the server forgets, after an hour, are
/// forgotten here with the Job or pod that they are about.
/// </summary>
/// <param name="source">The server's warnings.</param>
/// <param name="warnings">What is kept of them.</param>
internal sealed class EventListWatch(IListWatch<Eventsv1Event> source, ChildEventCache warnings) : IListWatch<Eventsv1Event>
{
    /// <summary>What the server is asked for.</summary>
    public const string Fields = "type=Warning";

    public async Task<GraftList<Eventsv1Event>> ListAsync(string? continueToken, CancellationToken cancellationToken)
    {
        var page = await source.ListAsync(continueToken, cancellationToken).ConfigureAwait(false);
        foreach (var written in page.Items)
        {
            warnings.Take(written);
        }

        return new GraftList<Eventsv1Event> { Metadata = page.Metadata, Items = [] };
    }

    public async IAsyncEnumerable<WatchEvent<Eventsv1Event>> WatchAsync(
        string resourceVersion, TimeSpan duration, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in source.WatchAsync(resourceVersion, duration, cancellationToken).ConfigureAwait(false))
        {
            if (change.Kind is WatchEventKind.Added or WatchEventKind.Modified)
            {
                warnings.Take(change.Object);
            }

            yield return change with { Kind = WatchEventKind.Bookmark };
        }
    }
}
