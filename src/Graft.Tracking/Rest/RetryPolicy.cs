using Graft.Common;

namespace Graft.Tracking.Rest;

/// <summary>How long to wait before the next attempt: doubling, with jitter, so that many trainers do not return at once.</summary>
internal static class RetryPolicy
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>While a person waits for the end, the rhythm stays quick.</summary>
    private static readonly TimeSpan LongestAtEnd = TimeSpan.FromSeconds(2);

    /// <param name="attempt">Failures in a row, from 1.</param>
    /// <param name="retryAfter">The server's own wish, which counts if it is longer.</param>
    /// <param name="finishing">Whether the run has ended and waits for delivery.</param>
    /// <param name="jitter">A random number in [0, 1).</param>
    public static TimeSpan Delay(int attempt, TimeSpan? retryAfter, bool finishing, double jitter)
    {
        var delay = Backoff.Jittered(Backoff.Doubled(First, finishing ? LongestAtEnd : Longest, attempt), jitter);
        return retryAfter is { } wish && wish > delay ? (wish < Longest ? wish : Longest) : delay;
    }
}
