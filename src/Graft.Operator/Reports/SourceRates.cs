using System.Collections.Concurrent;
using Graft.Operator.Runtime;

namespace Graft.Operator.Reports;

/// <summary>A rate for each source of something, for as many sources as fit; when there are more, all begin anew.</summary>
/// <param name="rate">Times a second of one source.</param>
/// <param name="burst">Times at once, after a pause.</param>
/// <param name="most">Sources that are remembered.</param>
/// <param name="time">The clock.</param>
public sealed class SourceRates<TSource>(double rate, int burst, int most, TimeProvider time)
    where TSource : notnull
{
    private readonly ConcurrentDictionary<TSource, TokenBucket> _buckets = new();

    /// <summary>Whether a source may now.</summary>
    public bool TryTake(TSource source)
    {
        if (_buckets.Count >= most && !_buckets.ContainsKey(source))
        {
            _buckets.Clear();
        }

        return _buckets.GetOrAdd(source, _ => new TokenBucket(rate, burst, time)).TryTake();
    }

    /// <summary>Forgets a source.</summary>
    public void Forget(TSource source)
    {
        _buckets.TryRemove(source, out _);
    }
}
