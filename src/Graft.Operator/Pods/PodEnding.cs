using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>Why a pod ended otherwise than well.</summary>
/// <param name="Phase"><see cref="JobPhase.Preempted"/>, <see cref="JobPhase.Interrupted"/> or <see cref="JobPhase.Retrying"/>.</param>
/// <param name="Reason">The reason of a run that fails with this pod; one of <see cref="Reasons"/>.</param>
/// <param name="What">What happened to the pod, as the rest of a sentence that begins with its name.</param>
/// <param name="Advice">What can be done about it; empty for nothing.</param>
/// <param name="Counts">Whether the Job counts it as a failure.</param>
internal sealed record PodEnding(JobPhase Phase, string Reason, string What, string Advice, bool Counts)
{
    private const string KubeletStops = "TerminationByKubelet";

    /// <summary>Reads a pod that has failed, or is being deleted.</summary>
    public static PodEnding Of(V1Pod pod)
    {
        return ByDisruption(pod) ?? ByNode(pod) ?? ByTrainer(pod) ?? ByOthers(pod) ?? ByDeletion(pod)
            ?? new PodEnding(JobPhase.Retrying, Reasons.TrainerCrashed, "failed and left no word", "", Counts: true);
    }

    /// <summary>The whole sentence.</summary>
    public string Sentence(V1Pod pod)
    {
        return $"The pod {pod.Metadata.Name} {What}.{(Advice.Length == 0 ? "" : " " + Advice)}";
    }

    /// <summary>
    /// What the control plane says of a pod that it ends for other reasons than the pod's own; the Job does not count those.
    /// </summary>
    private static PodEnding? ByDisruption(V1Pod pod)
    {
        if (PodReading.Condition(pod, "DisruptionTarget") is not { Status: "True" } condition)
        {
            return null;
        }

        if (condition.Reason == KubeletStops && ByNode(pod) is { } byNode)
        {
            return byNode with { Phase = byNode.Phase == JobPhase.Preempted ? JobPhase.Preempted : JobPhase.Interrupted, Counts = false };
        }

        var said = Said(condition.Message);
        return condition.Reason switch
        {
            "PreemptionByScheduler" => Stopped(JobPhase.Preempted, $"was preempted by the scheduler for a pod of higher priority{said}"),
            "DeletionByTaintManager" =>
                Stopped(JobPhase.Interrupted, $"was removed because its node was tainted, as when it is not ready{said}"),
            "EvictionByEvictionAPI" => Stopped(JobPhase.Interrupted, $"was evicted, as when its node is drained{said}"),
            "DeletionByPodGC" => Stopped(JobPhase.Interrupted, $"was removed because its node is gone{said}"),
            KubeletStops => Stopped(JobPhase.Interrupted, $"was stopped by its node{said}"),
            _ => Stopped(JobPhase.Interrupted, $"was stopped from outside ({PodReading.Quote(condition.Reason).TrimEnd('.')}){said}"),
        };
    }

    /// <summary>What a node says of a whole pod: evicted, refused, shut down, lost.</summary>
    private static PodEnding? ByNode(V1Pod pod)
    {
        if (pod.Status is not { Reason: { Length: > 0 } reason } status)
        {
            return null;
        }

        var message = status.Message ?? "";
        var said = Said(message);
        return reason switch
        {
            "Evicted" => Evicted(message, said),
            "Preempting" => Stopped(JobPhase.Preempted, $"was preempted by its node for a critical pod{said}"),
            "NodeLost" => Stopped(JobPhase.Interrupted, $"is on a node that does not answer{said}") with { Counts = true },
            "NodeShutdown" or "Shutdown" or "Terminated" =>
                Stopped(JobPhase.Interrupted, $"was stopped because its node shut down{said}") with { Counts = true },
            "DeadlineExceeded" => new PodEnding(
                JobPhase.Retrying, Reasons.DeadlineExceeded, $"took longer than it may{said}", "Raise spec.pod.activeDeadlineSeconds.",
                Counts: true),
            _ when pod.Status?.ContainerStatuses?.Any(container => container.State?.Terminated is not null) != true => new PodEnding(
                JobPhase.Retrying, Reasons.PodRefused, $"was refused by its node ({PodReading.Quote(reason).TrimEnd('.')}){said}", "",
                Counts: true),
            _ => null,
        };
    }

    private static PodEnding Evicted(string message, string said)
    {
        var ofFolder = message.Contains("EmptyDir", StringComparison.OrdinalIgnoreCase);
        var ofDisk = new[] { "ephemeral", "disk", "inode", "nodefs", "imagefs" }.Any(
            word => message.Contains(word, StringComparison.OrdinalIgnoreCase));
        if (ofFolder && message.Contains("\"shared-memory\"", StringComparison.Ordinal))
        {
            return new PodEnding(
                JobPhase.Retrying, Reasons.OutOfMemory, $"was evicted{said}", "Raise spec.pod.sharedMemory.", Counts: true);
        }

        if (ofFolder || ofDisk)
        {
            var advice = ofFolder
                ? "Raise that folder's size in spec.pod.storage."
                : "Lower what the run writes, raise what the namespace's limits allow, or free the node's disk.";
            return new PodEnding(JobPhase.Retrying, Reasons.OutOfStorage, $"was evicted{said}", advice, Counts: true);
        }

        return message.Contains("memory", StringComparison.OrdinalIgnoreCase)
            ? new PodEnding(
                JobPhase.Retrying,
                Reasons.OutOfMemory,
                $"was evicted because its node ran out of memory{said}",
                "Raise spec.pod.memory to what the run needs: the node keeps that much free for it.",
                Counts: true)
            : Stopped(JobPhase.Interrupted, $"was evicted by its node{said}") with { Counts = true };
    }

    private static PodEnding? ByTrainer(V1Pod pod)
    {
        if (PodReading.TrainerEnd(pod) is not { } end || end.ExitCode == TrainerExitCodes.Succeeded)
        {
            return null;
        }

        if (end.ExitCode == TrainerExitCodes.Interrupted)
        {
            return Stopped(JobPhase.Interrupted, "stopped because it was told to");
        }

        if (end.Reason == "OOMKilled")
        {
            return new PodEnding(JobPhase.Retrying, Reasons.OutOfMemory, "needed more memory than it may have", MemoryAdvice, Counts: true);
        }

        // Only what is evidently not the trainer's doing is said before the deletion that explains the rest.
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        return end switch
        {
            { Reason: "ContainerStatusUnknown" } => new PodEnding(
                JobPhase.Retrying, Reasons.TrainerCrashed, "ended while its node was down, and nobody knows how", "", Counts: true),
            { Reason: "ContainerCannotRun" or "StartError" } => new PodEnding(
                JobPhase.Retrying,
                Reasons.ContainerNotStarted,
                $"could not start the trainer ({end.Reason}){Said(end.Message)}",
                "Check that spec.pod.image is a trainer image.",
                Counts: true),
            { ExitCode: 137 } => new PodEnding(
                JobPhase.Retrying,
                Reasons.OutOfMemory,
                "was killed from outside its container (exit code 137), as happens when its node runs out of memory",
                "Raise spec.pod.memory to what the run needs: the node keeps that much free for it.",
                Counts: true),
            _ => new PodEnding(JobPhase.Retrying, ReasonOf(end.ExitCode), $"ended with exit code {end.ExitCode}{SignalOf(end.ExitCode)}",
                "", Counts: true),
        };
    }

    /// <summary>An init container or a sidecar that failed, with a trainer that did not.</summary>
    private static PodEnding? ByOthers(V1Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var inits = pod.Status?.InitContainerStatuses ?? [];
        var others = (pod.Status?.ContainerStatuses ?? []).Where(container => container.Name != TrainerPod.Container);
        if (inits.Concat(others).FirstOrDefault(container => container.State?.Terminated is { ExitCode: not 0 }) is not { } failed)
        {
            return null;
        }

        var end = failed.State.Terminated;
        var isInit = inits.Contains(failed);
        var name = $"{(isInit ? "init container" : "container")} {failed.Name}";
        return new PodEnding(
            JobPhase.Retrying,
            isInit ? Reasons.ContainerNotStarted : Reasons.Failed,
            end.Reason == "OOMKilled" ? $"failed because its {name} ran out of memory" : $"failed because its {name} ended with exit code {end.ExitCode}{Said(end.Message)}",
            end.Reason == "OOMKilled"
                ? "Raise that container's own limit where it is injected: spec.pod.memory is the trainer's alone."
                : "It is not Graft's: look where it is injected.",
            Counts: true);
    }

    private static PodEnding? ByDeletion(V1Pod pod)
    {
        return pod.Metadata.DeletionTimestamp is null
            ? null
            : Stopped(JobPhase.Interrupted, "was deleted") with
            {
                Counts = PodReading.TrainerEnd(pod) is
                {
                    ExitCode: not TrainerExitCodes
                .Interrupted
                }
            };
    }

    private const string MemoryAdvice = "Raise spec.pod.memory, or lower spec.training.batchSize or spec.data.maxLength.";

    private static PodEnding Stopped(JobPhase phase, string what)
    {
        return new PodEnding(phase, Reasons.TrainerCrashed, what, "", Counts: false);
    }

    private static string Said(string? message)
    {
        var quote = PodReading.Quote(message);
        return quote.Length == 0 ? "" : $" ({quote.TrimEnd('.')})";
    }

    private static string ReasonOf(int exitCode)
    {
        return ExitMeaning.Of(exitCode)?.Reason ?? Reasons.TrainerCrashed;
    }

    private static string SignalOf(int exitCode)
    {
        return exitCode switch
        {
            132 => " (illegal instruction: the image is for another processor)",
            134 => " (aborted in native code)",
            135 => " (bus error: /dev/shm or a mapped file is too small)",
            136 => " (arithmetic error in native code)",
            139 => " (crashed in native code)",
            143 => " (ended by SIGTERM)",
            _ => "",
        };
    }
}
