namespace Graft.Operator.Runtime;

/// <summary>
/// A queue of keys to look at. A key waits at most once, is never handed to two workers at a time, and is never lost: one that is
/// added while it is worked on comes again afterwards.
/// </summary>
/// <typeparam name="TKey">The key.</typeparam>
#pragma warning disable CA1711 // It is a queue, and this is what Kubernetes calls it.
public sealed class WorkQueue<TKey> : IDisposable
#pragma warning restore CA1711
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly RequeueBackoff<TKey> _backoff;
    private readonly IQueueObserver _observer;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _available = new(0);

    /// <summary>Keys in order; each is in <see cref="_dirty"/>.</summary>
    private readonly Queue<TKey> _ready = new();

    /// <summary>Keys that must be looked at, whether they wait or are worked on; with the time since when.</summary>
    private readonly Dictionary<TKey, long> _dirty = [];

    /// <summary>Keys that are worked on, with the time since when.</summary>
    private readonly Dictionary<TKey, long> _processing = [];

    /// <summary>Delayed keys by their time; entries whose time is not that of <see cref="_due"/> are void.</summary>
    private readonly PriorityQueue<TKey, DateTimeOffset> _heap = new();

    private readonly Dictionary<TKey, DateTimeOffset> _due = [];

    public WorkQueue(TimeProvider time, RequeueBackoffOptions? backoff = null, IQueueObserver? observer = null)
    {
        _time = time;
        _backoff = new RequeueBackoff<TKey>(backoff ?? new RequeueBackoffOptions(), time);
        _observer = observer ?? SilentObserver.Instance;
        _timer = time.CreateTimer(_ => MoveDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The number of keys that a worker could take now.</summary>
    public int Depth
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>How long the keys that are worked on have been so, one after the other.</summary>
    public IReadOnlyList<TimeSpan> Unfinished
    {
        get
        {
            lock (_gate)
            {
                return [.. _processing.Values.Select(started => _time.GetElapsedTime(started))];
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _available.Dispose();
    }

    /// <summary>Adds a key to look at as soon as a worker is free.</summary>
    public void Add(TKey key)
    {
        lock (_gate)
        {
            if (!_dirty.TryAdd(key, _time.GetTimestamp()))
            {
                return;
            }

            _observer.Added();
            if (!_processing.ContainsKey(key))
            {
                Enqueue(key);
            }
        }
    }

    /// <summary>Adds a key to look at after a delay; an earlier time that is already set stays.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (_gate)
        {
            var at = _time.GetUtcNow() + delay;
            if (_due.TryGetValue(key, out var set) && set <= at)
            {
                return;
            }

            _due[key] = at;
            _heap.Enqueue(key, at);
            SetTimer();
        }
    }

    /// <summary>Adds a key that failed, after a pause that grows with its failures.</summary>
    public void AddRateLimited(TKey key)
    {
        _observer.Retried();
        AddAfter(key, _backoff.Next(key));
    }

    /// <summary>
    /// Adds a key whose object had changed when it was written, after a pause that grows with its failures alone: objects that change
    /// are no sign of a server in trouble.
    /// </summary>
    public void AddConflicted(TKey key)
    {
        _observer.Retried();
        AddAfter(key, _backoff.NextOfKey(key));
    }

    /// <summary>Adds a key that failed in a way that repeating is unlikely to mend, after a long pause.</summary>
    public void AddAfterLongPause(TKey key)
    {
        _observer.Retried();
        AddAfter(key, _backoff.NextLong(key));
    }

    /// <summary>Forgets a key's failures: it succeeded.</summary>
    public void Forget(TKey key)
    {
        _backoff.Forget(key);
    }

    /// <summary>A key's failures since it last succeeded.</summary>
    public int Failures(TKey key)
    {
        return _backoff.Failures(key);
    }

    /// <summary>Takes the next key; the taker must call <see cref="Done"/>.</summary>
    public async Task<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        await _available.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            var key = _ready.Dequeue();
            _dirty.Remove(key, out var added);
            _processing.Add(key, _time.GetTimestamp());
            _observer.Taken(_time.GetElapsedTime(added));
            return key;
        }
    }

    /// <summary>Gives a key back; it waits again if it was added meanwhile.</summary>
    public void Done(TKey key)
    {
        lock (_gate)
        {
            if (!_processing.Remove(key, out var started))
            {
                throw new InvalidOperationException($"The key {key} is not being worked on.");
            }

            _observer.Finished(_time.GetElapsedTime(started));
            if (_dirty.ContainsKey(key))
            {
                Enqueue(key);
            }
        }
    }

    private void Enqueue(TKey key)
    {
        _ready.Enqueue(key);
        _available.Release();
    }

    private void MoveDue()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            while (_heap.TryPeek(out var key, out var at) && at <= now)
            {
                _heap.Dequeue();
                if (_due.TryGetValue(key, out var set) && set == at)
                {
                    _due.Remove(key);
                    Add(key);
                }
            }

            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (_heap.TryPeek(out _, out var at))
        {
            var wait = at - _time.GetUtcNow();
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class SilentObserver : IQueueObserver
    {
        public static readonly SilentObserver Instance = new();

        public void Added()
        {
        }

        public void Retried()
        {
        }

        public void Taken(TimeSpan waited)
        {
        }

        public void Finished(TimeSpan worked)
        {
        }
    }
}

/// <summary>Hears what a queue does; called under the queue's lock, so it must be quick.</summary>
public interface IQueueObserver
{
    void Added();

    void Retried();

    void Taken(TimeSpan waited);

    void Finished(TimeSpan worked);
}
