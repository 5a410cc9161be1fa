namespace Graft.Common;

/// <summary>How long to wait before something that failed is tried again.</summary>
public static class Backoff
{
    /// <summary>Beyond this many doublings every pause has reached its bound.</summary>
    private const int MostDoublings = 62;

    /// <summary>A pause that doubles with each failure in a row.</summary>
    /// <param name="first">The pause after the first failure.</param>
    /// <param name="longest">The bound of all pauses.</param>
    /// <param name="failures">Failures in a row, from 1.</param>
    public static TimeSpan Doubled(TimeSpan first, TimeSpan longest, int failures)
    {
        // In seconds, not in ticks: a TimeSpan overflows long before this many doublings.
        var seconds = first.TotalSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, MostDoublings));
        return seconds < longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : longest;
    }

    /// <summary>Between a half and the whole of a pause, so that many who failed together do not come back together.</summary>
    /// <param name="pause">The pause.</param>
    /// <param name="random">A random number in [0, 1).</param>
    public static TimeSpan Jittered(TimeSpan pause, double random)
    {
        return pause * (0.5 + (0.5 * random));
    }
}
