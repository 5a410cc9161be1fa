using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>
/// Why a pod does not run yet, in the words of whoever holds it up: the scheduler and the node by conditions, the container runtime
/// by container states, and whatever comes before any container (volumes, network, devices) by events alone.
/// </summary>
internal static class PodWaiting
{
    /// <summary>
    /// How old an event may be where the node does not say whether its cause is over: nodes repeat theirs every two minutes.
    /// </summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    /// <summary>Container states that are nobody's fault.</summary>
    private static readonly HashSet<string> Usual = ["ContainerCreating", "PodInitializing"];

    /// <summary>What runtimes call an image that cannot be had.</summary>
    private static readonly HashSet<string> OfImage =
    [
        "ErrImagePull", "ImagePullBackOff", "ImageInspectError", "ErrImageNeverPull", "RegistryUnavailable", "InvalidImageName",
        "SignatureValidationFailed", "InspectFailed",
    ];

    private static readonly HashSet<string> OfVolume =
    [
        "FailedMount", "FailedAttachVolume", "FailedMapVolume", "VolumeResizeFailed", "FileSystemResizeFailed", "FailedBinding",
        "ProvisioningFailed",
    ];

    /// <summary>Warnings that stop nothing, or that the pod's own conditions and states tell better.</summary>
    private static readonly HashSet<string> Beside =
    [
        "FailedScheduling", "DNSConfigForming", "FailedToRetrieveImagePullSecret", "Unhealthy", "ProbeWarning", "BackOff", "NodeNotReady",
        "FailedKillPod", "FailedPreStopHook", "ExceededGracePeriod", "CIDRNotAvailable", "HostPortConflict",
    ];

    /// <summary>Reads a pod that has neither started nor ended.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="events">The warnings about it.</param>
    /// <param name="now">The time.</param>
    public static Wait Of(V1Pod pod, IReadOnlyList<ChildEvent> events, DateTimeOffset now)
    {
        return Placing(pod, events, now) ?? Containers(pod, events, now) ?? Setup(pod, events, now) ?? Silence(pod, now);
    }

    private static Wait? Placing(V1Pod pod, IReadOnlyList<ChildEvent> events, DateTimeOffset now)
    {
        var name = pod.Metadata.Name;
        var scheduled = PodReading.Condition(pod, "PodScheduled");
        if (scheduled is { Status: "False", Reason: "SchedulingGated" })
        {
            return new Wait(WaitingKind.Held, $"The pod {name} is held back by a scheduling gate: whoever set it has to take it away.",
                PodReading.CreatedAt(pod, now));
        }

        if (scheduled is { Status: "False" })
        {
            var since = PodReading.At(PodReading.Within(scheduled.LastTransitionTime, pod.Metadata.CreationTimestamp,
                now)) ?? PodReading.CreatedAt(pod, now);
            return pod.Status?.NominatedNodeName is { Length: > 0 } node
                ? new Wait(
                    WaitingKind.Unschedulable, $"The pod {name} waits until the pods that give way to it have left the node {node}.", since)
                : new Wait(WaitingKind.Unschedulable, $"The pod {name} cannot be placed ({scheduled.Reason}): {PodReading.Quote(scheduled.Message)}", since);
        }

        if (scheduled is not null || pod.Status?.StartTime is not null || pod.Status?.ContainerStatuses is { Count: > 0 })
        {
            return null;
        }

        return events.FirstOrDefault(note => note.Reason == "FailedScheduling") is { } failed
            ? new Wait(WaitingKind.Unschedulable, $"The pod {name} cannot be placed: {PodReading.Quote(failed.Message)}", failed.First)
            : new Wait(WaitingKind.Unschedulable, $"The pod {name} waits for a scheduler to place it.", PodReading.CreatedAt(pod, now));
    }

    /// <summary>A container that the runtime cannot start: init containers first, then the trainer, then what else there is.</summary>
    private static Wait? Containers(V1Pod pod, IReadOnlyList<ChildEvent> events, DateTimeOffset now)
    {
        var inits = (pod.Status?.InitContainerStatuses ?? []).Select(container => (Container: container, Word: "init container"));
        var others = (pod.Status?.ContainerStatuses ?? [])
            .OrderBy(container => container.Name == TrainerPod.Container ? 0 : 1)
            .Select(container => (Container: container, Word: "container"));
        foreach (var (container, word) in inits.Concat(others))
        {
            if (container.State?.Waiting is not { Reason: { Length: > 0 } reason } waiting || Usual.Contains(reason))
            {
                continue;
            }

            var kind = OfImage.Contains(reason) ? WaitingKind.ImagePullFailed : WaitingKind.ContainerNotStarted;
            // The runtime's first error says more than the pause before its next try, and does not come and go with it.
            var cause = events.FirstOrDefault(
                note => kind == WaitingKind.ImagePullFailed && note.Reason == "Failed" && IsOfImage(note.Message, container.Image));
            var said = PodReading.Quote(cause?.Message ?? waiting.Message ?? container.LastState?.Terminated?.Message);
            var state = kind == WaitingKind.ImagePullFailed && reason == "ErrImagePull" ? "ImagePullBackOff" : reason;
            var since = Latest(cause?.First, PodReading.PlacedAt(pod, now));
            return new Wait(kind, $"The {word} {container.Name} of the pod {pod.Metadata.Name} does not start ({state}){(said.Length == 0 ? "." : $": {said}")}", since);
        }

        return null;
    }

    /// <summary>What a node does before any container: said by events only.</summary>
    private static Wait? Setup(V1Pod pod, IReadOnlyList<ChildEvent> events, DateTimeOffset now)
    {
        var ready = PodReading.Condition(pod, "PodReadyToStartContainers");
        if (ready?.Status == "True")
        {
            // The volumes are mounted and the network is there: what was said of them is over.
            return null;
        }

        var cause = events
            .Where(note => !Beside.Contains(note.Reason) && (ready is not null || now - note.Last <= Freshness))
            .OrderByDescending(note => OfVolume.Contains(note.Reason))
            .ThenByDescending(note => note.Last)
            .FirstOrDefault();
        if (cause is null)
        {
            return null;
        }

        var kind = OfVolume.Contains(cause.Reason) ? WaitingKind.VolumeNotMounted
            : OfImage.Contains(cause.Reason) ? WaitingKind.ImagePullFailed
            : WaitingKind.ContainerNotStarted;
        return new Wait(
            kind,
            $"The pod {pod.Metadata.Name} does not start ({cause.Reason}): {PodReading.Quote(cause.Message)}",
            Latest(cause.First, PodReading.PlacedAt(pod, now)));
    }

    private static Wait Silence(V1Pod pod, DateTimeOffset now)
    {
        var name = pod.Metadata.Name;
        var init = pod.Status?.InitContainerStatuses?.FirstOrDefault(
            container => container is { State.Running: not null, Started: not true });
        init ??= pod.Status?.InitContainerStatuses?.LastOrDefault(container => container.State?.Running is not null);
        var message = init is not null && PodReading.Condition(pod, "Initialized") is { Status: "False" }
            ? $"The pod {name} runs its init container {init.Name}; the trainer follows."
            : PodReading.Trainer(pod)?.State?.Waiting?.Reason is { Length: > 0 } reason
                ? $"The pod {name} is being started ({reason})."
                : $"The pod {name} has a node and is being started.";
        return new Wait(WaitingKind.Starting, message, PodReading.PlacedAt(pod, now));
    }

    /// <summary>Whether a runtime's error is about an image: other errors of containers have the same reason, Failed.</summary>
    private static bool IsOfImage(string message, string? image)
    {
        return message.Contains("image", StringComparison.OrdinalIgnoreCase)
            && message.StartsWith("Failed", StringComparison.Ordinal)
            && (string.IsNullOrEmpty(image)
                || message.Contains(image, StringComparison.Ordinal) || !message.Contains('"', StringComparison.Ordinal));
    }

    private static DateTimeOffset Latest(DateTimeOffset? one, DateTimeOffset other)
    {
        return one is { } known && known > other ? known : other;
    }
}
