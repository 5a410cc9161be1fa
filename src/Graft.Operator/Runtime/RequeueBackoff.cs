using Graft.Common;

namespace Graft.Operator.Runtime;

/// <summary>How fast failed keys come back.</summary>
public sealed record RequeueBackoffOptions
{
    /// <summary>A key's first pause; it doubles with each failure.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1000);

    /// <summary>The first pause after a failure that repeating is unlikely to mend; it doubles too.</summary>
    public TimeSpan FirstLongPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest of those: whoever has mended the cause does not wait longer.</summary>
    public TimeSpan LongestLongPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Failures a second, over all keys.</summary>
    public double Rate { get; init; } = 10;

    /// <summary>Failures that may come back at once after a pause.</summary>
    public int Burst { get; init; } = 100;
}

/// <summary>
/// The pause before a failed key is tried again: the longer of the key's own, which doubles, and that of a bucket over all keys,
/// so that neither one broken object nor a broken server makes a storm.
/// </summary>
public sealed class RequeueBackoff<TKey>(RequeueBackoffOptions options, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly TokenBucket _bucket = new(options.Rate, options.Burst, time);

    /// <summary>Counts a failure.</summary>
    /// <returns>The pause before the next try.</returns>
    public TimeSpan Next(TKey key)
    {
        var own = NextOfKey(key);
        var shared = _bucket.Reserve();
        return own > shared ? own : shared;
    }

    /// <summary>Counts a failure that says nothing about other keys.</summary>
    /// <returns>The pause before the next try.</returns>
    public TimeSpan NextOfKey(TKey key)
    {
        return Backoff.Doubled(options.FirstPause, options.LongestPause, Count(key));
    }

    /// <summary>Counts a failure that repeating is unlikely to mend.</summary>
    /// <returns>The pause before the next try.</returns>
    public TimeSpan NextLong(TKey key)
    {
        return Backoff.Doubled(options.FirstLongPause, options.LongestLongPause, Count(key));
    }

    private int Count(TKey key)
    {
        lock (_gate)
        {
            return _failures[key] = _failures.GetValueOrDefault(key) + 1;
        }
    }

    /// <summary>The key's failures since it was last forgotten.</summary>
    public int Failures(TKey key)
    {
        lock (_gate)
        {
            return _failures.GetValueOrDefault(key);
        }
    }

    /// <summary>Forgets a key's failures.</summary>
    public void Forget(TKey key)
    {
        lock (_gate)
        {
            _failures.Remove(key);
        }
    }
}
