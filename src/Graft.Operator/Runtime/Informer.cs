using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>How patient an <see cref="Informer{T}"/> is.</summary>
public sealed record InformerOptions
{
    /// <summary>
    /// The shortest time that a watch is asked to last; the longest is twice that, drawn at random so that watches do not end together.
    /// </summary>
    public TimeSpan WatchDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a watch may be silent before it is taken for dead and opened anew where it stood. The server sends a bookmark
    /// about every minute; a server that sends none costs one request each time.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>The first pause after an error; it doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A change of an object: added without an old one, deleted without a new one.</summary>
public readonly record struct ObjectChange<T>(T? Old, T? New)
    where T : class
{
    /// <summary>The object as last seen.</summary>
    public T Latest => New ?? Old!;
}

/// <summary>
/// Keeps a cache equal to what the API server has, and tells of every change: a paged list, then a watch that is resumed where it
/// ended for as long as the server remembers, then a new list. A difference that no watch reported (deletions among them) is
/// told after a list, and only after a complete one.
/// </summary>
/// <param name="source">Where the objects come from.</param>
/// <param name="options">Its patience.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For watch durations and pauses.</param>
/// <param name="logger">Where errors are told.</param>
/// <param name="trim">Takes from an object what nobody needs, before it is kept.</param>
public sealed class Informer<T>(
    IListWatch<T> source, InformerOptions options, TimeProvider time, Random random, ILogger logger, Action<T>? trim = null)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _pause = options.FirstPause;

    /// <summary>The objects as last seen.</summary>
    public ObjectCache<T> Cache { get; } = new();

    /// <summary>Called for each change, one after the other, after the cache has it.</summary>
    public event Action<ObjectChange<T>>? Changed;

    /// <summary>Done once the first list is complete and all its changes are told.</summary>
    public Task Synced => _synced.Task;

    /// <summary>The number of complete lists so far.</summary>
    public int Lists { get; private set; }

    /// <summary>Runs until canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string? resourceVersion = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                resourceVersion ??= await ListAsync(cancellationToken).ConfigureAwait(false);
                var started = time.GetTimestamp();
                var seen = 0;
                await foreach (var change in WatchAsync(resourceVersion, cancellationToken).ConfigureAwait(false))
                {
                    Take(change);
                    resourceVersion = change.Object.Metadata.ResourceVersion ?? resourceVersion;
                    seen++;
                    _pause = options.FirstPause;
                }

                if (seen == 0 && time.GetElapsedTime(started) < options.FirstPause)
                {
                    // A server that ends watches at once must not be asked in a tight loop.
                    await PauseAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException error) when (error.IsExpired)
            {
                logger.LogInformation("{Kind}: the server no longer has version {Version}; listing anew", typeof(T).Name, resourceVersion);
                resourceVersion = null;
                await PauseAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (ApiFault.Is(error))
            {
                logger.LogWarning("{Kind}: {Error}; trying again", typeof(T).Name, error.Message);
                await PauseAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<ObjectKey, T>();
        string? token = null;
        string resourceVersion;
        do
        {
            var page = await source.ListAsync(token, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                Trim(item);
                found[ObjectKey.Of(item)] = item;
            }

            token = page.Metadata.ContinueProperty;
            resourceVersion = page.Metadata.ResourceVersion;
        }
        while (!string.IsNullOrEmpty(token));

        foreach (var item in found.Values)
        {
            Upsert(item);
        }

        foreach (var key in Cache.Keys().Where(key => !found.ContainsKey(key)))
        {
            Delete(key);
        }

        Lists++;
        _synced.TrySetResult();
        return resourceVersion;
    }

    /// <summary>The watch, with a limit on its silence; ends quietly when the server or the limit ends it.</summary>
    private async IAsyncEnumerable<WatchEvent<T>> WatchAsync(
        string resourceVersion, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var duration = options.WatchDuration * (1 + random.NextDouble());
        using var silence = new CancellationTokenSource(options.Silence, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        await using var events = source.WatchAsync(resourceVersion, duration, linked.Token).GetAsyncEnumerator(linked.Token);
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogInformation("{Kind}: the watch was silent for {Silence}; opening it anew", typeof(T).Name, options.Silence);
                yield break;
            }
            catch (HttpRequestException error) when (error.InnerException is EndOfStreamException)
            {
                yield break;
            }

            silence.CancelAfter(options.Silence);
            yield return events.Current;
        }
    }

    private void Take(WatchEvent<T> change)
    {
        switch (change.Kind)
        {
            case WatchEventKind.Added or WatchEventKind.Modified:
                Trim(change.Object);
                Upsert(change.Object);
                break;
            case WatchEventKind.Deleted:
                Delete(ObjectKey.Of(change.Object));
                break;
        }
    }

    private void Trim(T resource)
    {
        resource.Metadata.ManagedFields = null;
        trim?.Invoke(resource);
    }

    private void Upsert(T resource)
    {
        if (Cache.TryGet(ObjectKey.Of(resource), out var known)
            && known.Metadata.ResourceVersion == resource.Metadata.ResourceVersion
            && known.Metadata.Uid == resource.Metadata.Uid)
        {
            return;
        }

        var old = Cache.Put(resource);
        if (old is not null && old.Metadata.Uid != resource.Metadata.Uid)
        {
            // Deleted and made again while nobody watched: two changes, not one.
            Tell(new ObjectChange<T>(old, null));
            old = null;
        }

        Tell(new ObjectChange<T>(old, resource));
    }

    private void Delete(ObjectKey key)
    {
        if (Cache.Remove(key) is { } old)
        {
            Tell(new ObjectChange<T>(old, null));
        }
    }

    private void Tell(ObjectChange<T> change)
    {
        Changed?.Invoke(change);
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        var pause = _pause * (1 + random.NextDouble());
        _pause = _pause * 2 < options.LongestPause ? _pause * 2 : options.LongestPause;
        try
        {
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition ends it.
        }
    }
}
