using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>How far a Job is.</summary>
public enum JobPhase
{
    /// <summary>A queue holds it back.</summary>
    Queued,

    /// <summary>It has no pod yet.</summary>
    Pending,

    /// <summary>Its pod does not run yet.</summary>
    Waiting,

    Running,

    /// <summary>Its pod was taken away, for somebody else's sake, and will be replaced.</summary>
    Preempted,

    /// <summary>Its pod failed and will be replaced.</summary>
    Retrying,

    /// <summary>It has ended, but what its pod said has not been seen yet.</summary>
    Ending,

    Succeeded,
    Failed,
}

/// <summary>What a Job and its pods say, read together.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Message">The same for people: why it waits, what went wrong.</param>
/// <param name="FailureReason">Of a failed Job: why, as one of <see cref="Reasons"/>.</param>
/// <param name="FinalWord">What the last pod left as its termination message; null without one.</param>
/// <param name="Started">When the first container started.</param>
/// <param name="Ended">When the Job ended.</param>
public sealed record TrainerJobView(
    JobPhase Phase, string Message, string? FailureReason, string? FinalWord, DateTime? Started, DateTime? Ended)
{
    /// <summary>How long after a Job's end its pod's last words are waited for: Jobs and pods are watched apart.</summary>
    public static readonly TimeSpan LastWordsPatience = TimeSpan.FromSeconds(20);

    /// <summary>Reads a Job and its pods.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="pods">Its pods, in any order.</param>
    /// <param name="startedBefore">Whether a pod of it is known to have started, even if none is left: a queue that takes the Job's place back removes all traces.</param>
    /// <param name="now">The time.</param>
    public static TrainerJobView Of(V1Job job, IReadOnlyList<V1Pod> pods, bool startedBefore, DateTimeOffset now)
    {
        var ordered = pods.OrderBy(pod => pod.Metadata.CreationTimestamp).ToList();
        DateTime? started = ordered.Select(StartOf).Where(start => start is not null).Min();
        var last = ordered.LastOrDefault();
        if (Condition(job, "Complete") is { } complete)
        {
            return Final(JobPhase.Succeeded, complete, ordered.LastOrDefault(pod => pod.Status?.Phase == "Succeeded"), started, now);
        }

        if (Condition(job, "Failed") is { } failed)
        {
            return Final(JobPhase.Failed, failed, ordered.LastOrDefault(pod => Terminated(pod) is not null), started, now);
        }

        if (job.Spec?.Suspend == true)
        {
            return started is null && !startedBefore
                ? new TrainerJobView(JobPhase.Queued, $"The Job {job.Metadata.Name} waits in a queue for its share of the cluster.", null, null, null, null)
                : new TrainerJobView(JobPhase.Preempted, $"The Job {job.Metadata.Name} was preempted and waits in its queue again.", null, null, started, null);
        }

        return last switch
        {
            null => new TrainerJobView(JobPhase.Pending, NoPodYet(job), null, null, started, null),
            { Status.Phase: "Running" } when last.Metadata.DeletionTimestamp is null =>
                new TrainerJobView(JobPhase.Running, $"The pod {last.Metadata.Name} runs.", null, null, started, null),
            { Status.Phase: "Succeeded" } => JobFollows(last, started),
            { Status.Phase: "Failed" } when Terminated(last) is { } end && TrainerPod.FinalExitCodes.Contains(end.ExitCode) => JobFollows(last, started),
            { Status.Phase: "Failed" } or { Metadata.DeletionTimestamp: not null } => Replaced(last, started),
            _ => new TrainerJobView(JobPhase.Waiting, WhyWaiting(last), null, null, started, null),
        };
    }

    /// <summary>Whether a pod's trainer runs, or has not ended yet after it was told to.</summary>
    public static bool IsAtWork(V1Pod pod)
    {
        return pod.Status?.ContainerStatuses?.Any(container => container is { Name: TrainerPod.Container, State.Running: not null }) == true;
    }

    /// <summary>What is said of a Job that is there and no more.</summary>
    public static string NoPodYet(V1Job job)
    {
        return $"The Job {job.Metadata.Name} has no pod yet.";
    }

    private static TrainerJobView Final(JobPhase phase, V1JobCondition condition, V1Pod? pod, DateTime? started, DateTimeOffset now)
    {
        var ended = condition.LastTransitionTime;
        var terminated = pod is null ? null : Terminated(pod);
        if (terminated is null && ended is not null && now - ended.Value < LastWordsPatience && condition.Reason != "DeadlineExceeded")
        {
            return new TrainerJobView(JobPhase.Ending, "The Job has ended; its pod's last words are awaited.", null, null, started, null);
        }

        if (phase == JobPhase.Succeeded)
        {
            return new TrainerJobView(phase, "", null, terminated?.Message, started, ended);
        }

        var (reason, message) = WhyFailed(condition, terminated);
        return new TrainerJobView(phase, message, reason, terminated?.Message, started, ended);
    }

    private static (string Reason, string Message) WhyFailed(V1JobCondition condition, V1ContainerStateTerminated? terminated)
    {
        if (condition.Reason == "DeadlineExceeded")
        {
            return (Reasons.DeadlineExceeded, "The run took longer than spec.pod.activeDeadlineSeconds allows.");
        }

        if (terminated?.Reason == "OOMKilled")
        {
            return (Reasons.OutOfMemory, "The trainer needed more memory than it may have. Raise spec.pod.memory, or lower spec.training.batchSize or spec.data.maxLength.");
        }

        var code = terminated?.ExitCode;
        var reason = code switch
        {
            TrainerExitCodes.BadPlan => Reasons.BadPlan,
            TrainerExitCodes.BadData => Reasons.BadData,
            TrainerExitCodes.ModelNotLoadable => Reasons.ModelNotLoadable,
            TrainerExitCodes.Diverged => Reasons.Diverged,
            TrainerExitCodes.PublishFailed or TrainerExitCodes.TrainedNotPublished => Reasons.PublishFailed,
            _ => Reasons.TrainerCrashed,
        };
        return (reason, code is null
            ? $"The Job failed and left no pod to ask: {condition.Message}"
            : $"The trainer ended with exit code {code}. {condition.Message}");
    }

    /// <summary>A pod that no other one replaces: its Job ends too, as soon as its controller has seen it.</summary>
    private static TrainerJobView JobFollows(V1Pod last, DateTime? started)
    {
        return new TrainerJobView(JobPhase.Ending, $"The pod {last.Metadata.Name} has ended.", null, null, started, null);
    }

    private static TrainerJobView Replaced(V1Pod last, DateTime? started)
    {
        var terminated = Terminated(last);
        var disrupted = last.Status?.Conditions?.Any(condition => condition is { Type: "DisruptionTarget", Status: "True" }) == true;
        if (disrupted || last.Metadata.DeletionTimestamp is not null || terminated?.ExitCode == TrainerExitCodes.Interrupted)
        {
            return new TrainerJobView(
                JobPhase.Preempted, $"The pod {last.Metadata.Name} was stopped from outside; another one goes on from its checkpoint.", null, null, started, null);
        }

        var why = terminated?.Reason == "OOMKilled" ? "ran out of memory" : $"ended with exit code {terminated?.ExitCode}";
        return new TrainerJobView(
            JobPhase.Retrying,
            $"The pod {last.Metadata.Name} {why}; another one will be started. {MessageOf(terminated?.Message)}".TrimEnd(),
            null,
            null,
            started,
            null);
    }

    /// <summary>What a pod that does not run waits for, in the words of whoever holds it up.</summary>
    private static string WhyWaiting(V1Pod pod)
    {
        var scheduled = pod.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: "False" });
        if (scheduled is not null)
        {
            return $"The pod {pod.Metadata.Name} cannot be placed ({scheduled.Reason}): {scheduled.Message}";
        }

        var waiting = pod.Status?.ContainerStatuses?.Select(container => container.State?.Waiting).FirstOrDefault(state => state is not null);
        return waiting switch
        {
            null => $"The pod {pod.Metadata.Name} waits for a node.",
            { Message: null or "" } => $"The pod {pod.Metadata.Name} is being started ({waiting.Reason}).",
            _ => $"The pod {pod.Metadata.Name} does not start ({waiting.Reason}): {waiting.Message}",
        };
    }

    /// <summary>The message inside a trainer's last words, or the words themselves where they are none of ours.</summary>
    private static string MessageOf(string? finalWord)
    {
        return ReadResult(finalWord)?.Message ?? finalWord?.Trim() ?? "";
    }

    /// <summary>Reads a trainer's last words; null where there are none, or not of our form.</summary>
    public static RunResult? ReadResult(string? finalWord)
    {
        if (string.IsNullOrWhiteSpace(finalWord))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<RunResult>(finalWord, Lenient);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A trainer of a later release may say more than this operator knows.</summary>
    private static readonly JsonSerializerOptions Lenient = new(PlanJson.WireOptions)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    private static V1JobCondition? Condition(V1Job job, string type)
    {
        return job.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type && condition.Status == "True");
    }

    private static V1ContainerStateTerminated? Terminated(V1Pod pod)
    {
        return pod.Status?.ContainerStatuses?.Select(container => container.State?.Terminated).FirstOrDefault(state => state is not null);
    }

    private static DateTime? StartOf(V1Pod pod)
    {
        var state = pod.Status?.ContainerStatuses?.FirstOrDefault()?.State;
        return state?.Running?.StartedAt ?? state?.Terminated?.StartedAt;
    }
}
