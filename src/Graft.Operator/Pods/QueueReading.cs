using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>What was seen of a queue at a Job.</summary>
public enum QueueSeen
{
    /// <summary>The Job names no queue.</summary>
    NotAsked,

    /// <summary>The Job names a queue, but nothing shows that a queue took notice.</summary>
    NotSeen,

    /// <summary>The Job is held back by the queue that it names.</summary>
    Holds,

    /// <summary>The Job was held back by the queue that it names, and no longer is.</summary>
    Admitted,
}

/// <summary>
/// Reads from a Job what Kueue did: Kueue suspends a Job that names a queue when it is created, and lets it go by taking that back.
/// A Job that never was suspended was admitted by nobody.
/// </summary>
public static class QueueReading
{
    private const string KueuePrefix = "kueue.x-k8s.io/";

    /// <summary>Whether the Job names a queue.</summary>
    public static bool NamesQueue(V1Job job)
    {
        return job.Metadata.Labels?.ContainsKey(GraftApi.KueueQueueLabel) == true;
    }

    /// <summary>Reads a Job.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="heldBefore">Whether this Job was seen held back by its queue before.</param>
    public static QueueSeen Of(V1Job job, IReadOnlyList<V1Pod> pods, bool heldBefore)
    {
        if (!NamesQueue(job))
        {
            return QueueSeen.NotAsked;
        }

        if (job.Spec?.Suspend == true)
        {
            return QueueSeen.Holds;
        }

        // The Job controller notes that a Job was suspended and resumed; Kueue marks the pods of what it has admitted.
        var resumed = job.Status?.Conditions?.Any(condition => condition is { Type: "Suspended", Status: "False" }) == true;
        var marked = pods.Any(pod => pod.Metadata.Labels?.Keys.Any(key => key.StartsWith(KueuePrefix, StringComparison.Ordinal)) == true);
        return resumed || marked || heldBefore ? QueueSeen.Admitted : QueueSeen.NotSeen;
    }
}
