namespace Graft.Operator.Runtime;

/// <summary>
/// A token bucket: <paramref name="rate"/> tokens a second, <paramref name="burst"/> at most kept. Tokens may be taken in advance;
/// whoever does waits until they would have come.
/// </summary>
/// <param name="rate">Tokens a second; must be positive.</param>
/// <param name="burst">The bucket's size; at least one.</param>
/// <param name="time">The clock.</param>
public sealed class TokenBucket(double rate, int burst, TimeProvider time)
{
    /// <summary>How often to see whether a token is to spare.</summary>
    private static readonly TimeSpan SpareInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private double _tokens = burst;
    private long _refilled = time.GetTimestamp();

    /// <summary>Takes a token.</summary>
    /// <returns>How long to wait before it may be used.</returns>
    public TimeSpan Reserve()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_refilled, now).TotalSeconds * rate));
            _refilled = now;
            _tokens -= 1;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / rate);
        }
    }

    /// <summary>Takes a token and waits until it may be used.</summary>
    public Task TakeAsync(CancellationToken cancellationToken)
    {
        return Task.Delay(Reserve(), time, cancellationToken);
    }

    /// <summary>
    /// Takes a token that nobody else wants: while others have taken tokens in advance it waits, at most for
    /// <paramref name="longest"/>, and then takes its turn behind them.
    /// </summary>
    public async Task TakeSpareAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!TryTake())
        {
            if (time.GetElapsedTime(began) >= longest)
            {
                await TakeAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            await Task.Delay(SpareInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a token if there is one now.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_refilled, now).TotalSeconds * rate));
            _refilled = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens -= 1;
            return true;
        }
    }
}
