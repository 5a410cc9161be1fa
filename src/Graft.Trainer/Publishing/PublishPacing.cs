using Graft.Artifacts;
using Graft.Common;

namespace Graft.Trainer.Publishing;

/// <summary>How long to wait before publishing is tried again.</summary>
internal static class PublishPacing
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    // A refusal lasts until somebody mends credentials or permissions; a mounted Secret takes a minute to arrive.
    private static readonly TimeSpan FirstWaitAfterRefusal = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestWaitAfterRefusal = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The wait after so many failures in a row; null where trying again changes nothing. It doubles each time, and many runs that failed
    /// together do not come back together.
    /// </summary>
    /// <param name="failure">What kind the last failure was.</param>
    /// <param name="failures">Failures so far, from 1.</param>
    /// <param name="random">A random number from 0 to 1.</param>
    public static TimeSpan? Wait(ArtifactFailure failure, int failures, double random)
    {
        var (first, longest) = failure switch
        {
            ArtifactFailure.Unavailable => (FirstWait, LongestWait),
            ArtifactFailure.Refused => (FirstWaitAfterRefusal, LongestWaitAfterRefusal),
            _ => (TimeSpan.Zero, TimeSpan.Zero),
        };
        return failure == ArtifactFailure.Content ? null : Backoff.Doubled(first, longest, failures) * (0.75 + random / 4);
    }
}
