using System.Text.Json;
using System.Text.RegularExpressions;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>What a Job, its pods and the warnings about them say, read together.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Message">The same for people: why it waits, what went wrong, and what helps.</param>
public sealed partial record TrainerJobView(JobPhase Phase, string Message)
{
    /// <summary>How long after a Job's end its pod's termination message is waited for: Jobs and pods are watched apart.</summary>
    public static readonly TimeSpan LastWordsPatience = TimeSpan.FromSeconds(20);

    /// <summary>The longest termination message that Kubernetes keeps; one of another runtime may be longer.</summary>
    private const int LongestMessage = 4096;

    /// <summary>The phase as a condition's reason, or why it stands still; one of <see cref="Reasons"/>.</summary>
    public string Reason { get; init; } = Phase.ToString();

    /// <summary>
    /// Whether it has waited so long that only somebody's help, or a change elsewhere in the cluster, gets it going again.
    /// </summary>
    public bool Stalled { get; init; }

    /// <summary>
    /// After how long it has to be read again, because nothing may happen until then that tells of itself; null for never.
    /// </summary>
    public TimeSpan? RecheckAfter { get; init; }

    /// <summary>Of a failed Job: why, as one of <see cref="Reasons"/>.</summary>
    public string? FailureReason { get; init; }

    /// <summary>What the last pod left as its termination message; null without one.</summary>
    public string? FinalWord { get; init; }

    /// <summary>When the trainer first started.</summary>
    public DateTime? Started { get; init; }

    /// <summary>When the Job ended.</summary>
    public DateTime? Ended { get; init; }

    /// <summary>Reads a Job.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="pods">Its pods, in any order.</param>
    /// <param name="events">Warnings about the Job and its pods, and perhaps about others.</param>
    /// <param name="startedBefore">Whether a pod of it is known to have started, even if none is left: a queue that takes the Job's place
    /// back removes all traces.</param>
    /// <param name="now">The time.</param>
    public static TrainerJobView Of(
        V1Job job, IReadOnlyList<V1Pod> pods, IReadOnlyList<ChildEvent> events, bool startedBefore, DateTimeOffset now)
    {
        var ordered = pods.OrderBy(pod => pod.Metadata.CreationTimestamp).ToList();
        var started = ordered.Select(pod => PodReading.TrainerStart(pod, now)).Where(start => start is not null).Min();
        var view = JobEnding.Of(job, ordered, started, now)
            ?? Suspended(job, started is not null || startedBefore)
            ?? (ordered.Count == 0 ? WithoutPod(job, null, events, now) : WithPod(job, ordered, events, now));
        return view with { Started = started };
    }

    /// <summary>Whether a pod's trainer runs, or has not ended yet after it was told to.</summary>
    public static bool IsAtWork(V1Pod pod)
    {
        return PodReading.Trainer(pod)?.State?.Running is not null;
    }

    /// <summary>What is said of a Job that is there and no more.</summary>
    public static string NoPodYet(V1Job job)
    {
        return $"The Job {job.Metadata.Name} has no pod yet.";
    }

    /// <summary>Reads a trainer's termination message; null where there is none, or not of our form.</summary>
    public static RunResult? ReadResult(string? finalWord)
    {
        if (string.IsNullOrWhiteSpace(finalWord))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<RunResult>(finalWord, Lenient) is { } result
                ? result with
                {
                    Message = ReportText.Plain(result.Message ?? "", LongestMessage),
                    // A trainer of another release, or an image of somebody else's, may call it what no condition can have as its reason.
                    Reason = result.Reason is { } reason && ConditionReason().IsMatch(reason) ? reason : null,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A wait as a view: a standstill once it has lasted too long.</summary>
    internal static TrainerJobView Waiting(JobPhase phase, Wait wait, DateTimeOffset now)
    {
        return wait.IsStandstill(now)
            ? new TrainerJobView(phase, $"{wait.Message} {wait.Kind.Remedy}") { Reason = wait.Kind.Reason, Stalled = true }
            : new TrainerJobView(phase, wait.Message) { RecheckAfter = wait.Left(now) };
    }

    private static TrainerJobView? Suspended(V1Job job, bool hasStarted)
    {
        var name = job.Metadata.Name;
        return (job.Spec?.Suspend == true, QueueReading.NamesQueue(job), hasStarted) switch
        {
            (false, _, _) => null,
            (_, true, false) => new TrainerJobView(JobPhase.Queued, $"The Job {name} waits in a queue for its share of the cluster."),
            (_, true, true) => new TrainerJobView(
                JobPhase.Preempted, $"The queue took the place of the Job {name} back; it was preempted and waits in its queue again."),
            (_, false, true) => new TrainerJobView(
                JobPhase.Suspended,
                $"The Job {name} was suspended by somebody: it names no queue. It goes on when its spec.suspend is false."),
            _ => new TrainerJobView(
                JobPhase.Suspended,
                $"The Job {name} is suspended and names no queue: somebody, or a policy of the cluster, holds it. "
                    + $"Give the run the label {GraftApi.KueueQueueLabel}, or set the Job's spec.suspend to false."),
        };
    }

    /// <summary>A Job without a pod, or whose next pod is to come.</summary>
    private static TrainerJobView WithoutPod(V1Job job, DateTimeOffset? after, IReadOnlyList<ChildEvent> events, DateTimeOffset now)
    {
        if (Refusal(job, after, events, now) is { } refused)
        {
            return Waiting(JobPhase.Pending, refused, now);
        }

        return Waiting(JobPhase.Pending, new Wait(WaitingKind.PodNotCreated, NoPodYet(job), Since(job, now)), now);
    }

    /// <summary>Who refuses the pod that the Job controller wants to create.</summary>
    private static Wait? Refusal(V1Job job, DateTimeOffset? after, IReadOnlyList<ChildEvent> events, DateTimeOffset now)
    {
        var since = after ?? Since(job, now);
        var failed = events.FirstOrDefault(note => note.Uid == job.Metadata.Uid && note.Reason == "FailedCreate" && note.Last >= since);
        return failed is null
            ? null
            : new Wait(
                WaitingKind.PodRefused,
                $"The Job {job.Metadata.Name} gets no pod: {PodReading.Quote(failed.Message)}",
                failed.First > since ? failed.First : since);
    }

    private static DateTimeOffset Since(V1Job job, DateTimeOffset now)
    {
        var created = job.Metadata.CreationTimestamp;
        return PodReading.At(PodReading.Within(job.Status?.StartTime ?? created, created, now)) ?? now;
    }

    private static TrainerJobView WithPod(V1Job job, List<V1Pod> pods, IReadOnlyList<ChildEvent> events, DateTimeOffset now)
    {
        var last = pods[^1];
        var notes = events.Where(note => note.Uid == last.Metadata.Uid).ToList();
        return last switch
        {
            { Metadata.DeletionTimestamp: not null, Status.Phase: not ("Succeeded" or "Failed") } => Leaving(last, now),
            { Status.Phase: "Succeeded" } => Ending($"The pod {last.Metadata.Name} has ended."),
            { Status.Phase: "Failed" } => Replaced(job, pods, events, now),
            { Status.Phase: "Unknown" } => Waiting(
                JobPhase.Waiting,
                new Wait(WaitingKind.PodNotEnding, $"The node of the pod {last.Metadata.Name} does not answer.",
                    PodReading.CreatedAt(last, now)),
                now),
            _ when PodReading.TrainerEnd(last) is not null => Kept(last, now),
            _ when IsAtWork(last) => Running(last, notes),
            _ => Waiting(JobPhase.Waiting, PodWaiting.Of(last, notes, now), now),
        };
    }

    private static TrainerJobView Running(V1Pod pod, List<ChildEvent> notes)
    {
        var lost = PodReading.Condition(pod, "Ready") is { Status: not "True" } && notes.Exists(note => note.Reason == "NodeNotReady");
        return new TrainerJobView(
            JobPhase.Running, lost
                ? $"The pod {pod.Metadata.Name} runs as far as is known: its node does not answer."
                : $"The pod {pod.Metadata.Name} runs.");
    }

    private static TrainerJobView Ending(string message)
    {
        return new TrainerJobView(JobPhase.Ending, message);
    }

    /// <summary>A pod that was told to stop and has not confirmed that it did: no other one may start before.</summary>
    private static TrainerJobView Leaving(V1Pod pod, DateTimeOffset now)
    {
        var ending = PodEnding.Of(pod);
        var phase = ending.Phase == JobPhase.Retrying ? JobPhase.Interrupted : ending.Phase;
        var wait = new Wait(
            WaitingKind.PodNotEnding,
            $"{ending.Sentence(pod)} Another one follows when it has ended.",
            // The time that its grace ends.
            PodReading.At(pod.Metadata.DeletionTimestamp)!.Value);
        return Waiting(phase, wait, now);
    }

    /// <summary>A pod whose trainer has ended, but which does not end.</summary>
    private static TrainerJobView Kept(V1Pod pod, DateTimeOffset now)
    {
        var since = PodReading.Within(PodReading.TrainerEnd(pod)!.FinishedAt, pod.Metadata.CreationTimestamp, now);
        var others = (pod.Status.ContainerStatuses ?? []).Where(container => container.State?.Running is not null).Select(
            container => container.Name).ToList();
        var wait = new Wait(
            WaitingKind.PodNotEnding,
            others.Count == 0
                ? $"The pod {pod.Metadata.Name} has ended."
                : $"The trainer has ended, but the pod {pod.Metadata.Name} goes on running {string.Join(", ", others)}, and with it the Job.",
            PodReading.At(since) ?? PodReading.PlacedAt(pod, now));
        return Waiting(JobPhase.Ending, wait, now);
    }

    /// <summary>A pod that failed: another one follows as long as the Job has tries left.</summary>
    private static TrainerJobView Replaced(V1Job job, List<V1Pod> pods, IReadOnlyList<ChildEvent> events, DateTimeOffset now)
    {
        var last = pods[^1];
        var ending = PodEnding.Of(last);
        var end = PodReading.TrainerEnd(last);
        if (end is not null && ending.Counts && TrainerPod.FinalExitCodes.Contains(end.ExitCode))
        {
            return Ending($"The pod {last.Metadata.Name} has ended with exit code {end.ExitCode}, after which no other one is tried.");
        }

        var ended =
            PodReading.At(PodReading.Within(end?.FinishedAt, last.Metadata.CreationTimestamp, now)) ?? PodReading.CreatedAt(last, now);
        if (Refusal(job, ended, events, now) is { } refused)
        {
            return Waiting(JobPhase.Pending, refused, now);
        }

        var left = JobEnding.RetriesLeft(job, pods);
        if (ending.Counts && left < 0)
        {
            return Ending($"{ending.Sentence(last)} It was the last try.");
        }

        var words = end is null || ending.Phase == JobPhase.Preempted
            ? ""
            : " " + PodReading.Quote(ReadResult(end.Message)?.Message ?? end.Message);
        var next = ending.Phase == JobPhase.Retrying
            ? $"Another one will be started ({left + 1} of {job.Spec?.BackoffLimit ?? 0} retries left)."
            : "Another one follows.";
        return new TrainerJobView(ending.Phase, $"{ending.Sentence(last)} {next}{words}".TrimEnd());
    }

    [GeneratedRegex("^[A-Za-z]([A-Za-z0-9_,:]{0,1022}[A-Za-z0-9_])?$")]
    private static partial Regex ConditionReason();

    /// <summary>A trainer of a later release may say more than this operator knows.</summary>
    private static readonly JsonSerializerOptions Lenient = new(PlanJson.WireOptions)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };
}
