using Graft.Api.Planning;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>
/// Reads single facts of a pod, and believes none that cannot be true: containers are found by name (others may be injected), times
/// lie between the pod's creation and now, and texts of runtimes and programs are made fit to be shown.
/// </summary>
internal static class PodReading
{
    /// <summary>The longest text of somebody else within a message.</summary>
    private const int LongestQuote = 1024;

    /// <summary>The trainer's container; null before the node knows of it.</summary>
    public static V1ContainerStatus? Trainer(V1Pod pod)
    {
        return pod.Status?.ContainerStatuses?.FirstOrDefault(container => container.Name == TrainerPod.Container);
    }

    /// <summary>How the trainer ended; null while it has not.</summary>
    public static V1ContainerStateTerminated? TrainerEnd(V1Pod pod)
    {
        return Trainer(pod)?.State?.Terminated;
    }

    /// <summary>When the trainer started; null where it has not, or where nobody knows.</summary>
    public static DateTime? TrainerStart(V1Pod pod, DateTimeOffset now)
    {
        var state = Trainer(pod)?.State;
        return Within(state?.Running?.StartedAt ?? state?.Terminated?.StartedAt, pod.Metadata.CreationTimestamp, now);
    }

    /// <summary>
    /// A time as another machine's clock gave it, moved to between the earliest that can be and now; null for the zero of a runtime that
    /// does not know.
    /// </summary>
    public static DateTime? Within(DateTime? time, DateTime? earliest, DateTimeOffset now)
    {
        if (time is not { Year: > 1970 } known)
        {
            return null;
        }

        var latest = ConditionSet.Seconds(now);
        return known > latest ? latest : known < earliest ? earliest : known;
    }

    /// <summary>The pod's condition of a type; null without one.</summary>
    public static V1PodCondition? Condition(V1Pod pod, string type)
    {
        return pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);
    }

    /// <summary>Somebody else's words, on one line, cut, and ended like a sentence; empty for none.</summary>
    public static string Quote(string? text)
    {
        var plain = ReportText.Plain(text ?? "", LongestQuote).Trim();
        return plain.Length == 0 || plain[^1] is '.' or '!' or '?' or '…' ? plain : plain + ".";
    }

    /// <summary>Since when the pod has a node; its creation where that is not known.</summary>
    public static DateTimeOffset PlacedAt(V1Pod pod, DateTimeOffset now)
    {
        var placed = Condition(pod, "PodScheduled") is { Status: "True", LastTransitionTime: { } time } ? time : pod.Status?.StartTime;
        return At(Within(placed, pod.Metadata.CreationTimestamp, now)) ?? CreatedAt(pod, now);
    }

    /// <summary>When the pod was created.</summary>
    public static DateTimeOffset CreatedAt(V1Pod pod, DateTimeOffset now)
    {
        return At(Within(pod.Metadata.CreationTimestamp, null, now)) ?? now;
    }

    /// <summary>A time of the API server's, which is UTC.</summary>
    public static DateTimeOffset? At(DateTime? time)
    {
        return time is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : null;
    }
}
