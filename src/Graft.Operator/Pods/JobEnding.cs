using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>Reads how a Job ended, and how many tries it has left.</summary>
internal static class JobEnding
{
    /// <summary>The limit of a Job that names none.</summary>
    private const int UsualBackoffLimit = 6;

    /// <summary>Reads a Job that has ended, or that its controller is about to end; null for another one.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="pods">Its pods, oldest first.</param>
    /// <param name="started">When the trainer first started.</param>
    /// <param name="now">The time.</param>
    public static TrainerJobView? Of(V1Job job, List<V1Pod> pods, DateTime? started, DateTimeOffset now)
    {
        if (Condition(job, "Complete") is { } complete)
        {
            return Final(JobPhase.Succeeded, complete, pods.LastOrDefault(pod => pod.Status?.Phase == "Succeeded"), started, now);
        }

        if (Condition(job, "Failed") is { } failed)
        {
            return Final(JobPhase.Failed, failed, pods.LastOrDefault(HasFailed), started, now);
        }

        return Condition(job, "FailureTarget") is { } target
            ? new TrainerJobView(JobPhase.Ending, $"The Job {job.Metadata.Name} is being ended: {PodReading.Quote(target.Message)}")
            : null;
    }

    /// <summary>Whether the Job's controller has ended it, well or not.</summary>
    public static bool IsEnded(V1Job job)
    {
        return IsComplete(job) || Condition(job, "Failed") is not null;
    }

    /// <summary>Whether the Job's controller has ended it well.</summary>
    public static bool IsComplete(V1Job job)
    {
        return Condition(job, "Complete") is not null;
    }

    /// <summary>A Job's condition of a type, where it is true.</summary>
    public static V1JobCondition? Condition(V1Job job, string type)
    {
        return job.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type && condition.Status == "True");
    }

    /// <summary>
    /// How many retries a Job has left once the one that follows its failed pods is taken; less than none where the Job fails instead.
    /// </summary>
    public static int RetriesLeft(V1Job job, List<V1Pod> pods)
    {
        // Its controller counts a little later than the pods end, and counts pods that are gone.
        var seen = pods.Count(pod => pod.Status?.Phase == "Failed" && PodEnding.Of(pod).Counts);
        return (job.Spec?.BackoffLimit ?? UsualBackoffLimit) - Math.Max(job.Status?.Failed ?? 0, seen);
    }

    private static bool HasFailed(V1Pod pod)
    {
        return pod.Status?.Phase == "Failed" || PodReading.TrainerEnd(pod) is not null;
    }

    private static TrainerJobView Final(JobPhase phase, V1JobCondition condition, V1Pod? pod, DateTime? started, DateTimeOffset now)
    {
        var ended = PodReading.Within(condition.LastTransitionTime, started, now);
        var left = TrainerJobView.LastWordsPatience - (now - (PodReading.At(ended) ?? DateTimeOffset.MinValue));
        if (pod is null && left > TimeSpan.Zero && condition.Reason != "DeadlineExceeded")
        {
            return new TrainerJobView(JobPhase
                .Ending, "The Job has ended; its pod's termination message is awaited.")
            { RecheckAfter = left };
        }

        var message = pod is null ? null : PodReading.TrainerEnd(pod)?.Message;
        var view = new TrainerJobView(phase, "") { FinalWord = message, Ended = ended };
        if (phase == JobPhase.Succeeded)
        {
            return view;
        }

        var (reason, why) = WhyFailed(condition, pod);
        return view with { FailureReason = reason, Message = why };
    }

    private static (string Reason, string Message) WhyFailed(V1JobCondition condition, V1Pod? pod)
    {
        if (condition.Reason == "DeadlineExceeded")
        {
            return (Reasons.DeadlineExceeded, "The run took longer than spec.pod.activeDeadlineSeconds allows.");
        }

        var said = PodReading.Quote(condition.Message);
        if (pod is null)
        {
            return (Reasons.TrainerCrashed, $"The Job failed and left no pod to ask: {said}");
        }

        var ending = PodEnding.Of(pod);
        return (ending.Reason, $"{ending.Sentence(pod)} {said}".TrimEnd());
    }
}
