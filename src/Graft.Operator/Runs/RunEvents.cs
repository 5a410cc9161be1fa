using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>What a change of a run's status is worth telling: one event a change, reasons few and fixed.</summary>
public static class RunEvents
{
    public const string Accepted = "RunAccepted";
    public const string JobCreated = "JobCreated";
    public const string JobRecreated = "JobRecreated";
    public const string JobDeleted = "JobDeleted";
    public const string RunStarted = "RunStarted";
    public const string RunPreempted = "RunPreempted";
    public const string RunInterrupted = "RunInterrupted";
    public const string RunRetried = "RunRetried";
    public const string CheckpointSaved = "CheckpointSaved";
    public const string ArtifactPublished = "ArtifactPublished";
    public const string RunSucceeded = "RunSucceeded";

    /// <summary>The events between two statuses.</summary>
    public static IReadOnlyList<EventNote> Between(TrainingRunStatus? before, TrainingRunStatus after, IReadOnlyList<RunAction> actions)
    {
        var events = new List<EventNote>();
        foreach (var action in actions)
        {
            switch (action)
            {
                case CreateChildren { Children.Job: var job } when job.Metadata.Labels[GraftApi.RoleLabel] == ChildLabels.Publish:
                    events.Add(Normal(
                        JobCreated, "Publish", $"Created the Job {job.Metadata.Name}, which publishes the adapter at its new place."));
                    break;
                case CreateChildren create:
                    events.Add(before?.StartTime is not null && before.PlanHash == after.PlanHash
                        ? Warning(JobRecreated, "Create", $"The Job {create.Children.Job.Metadata.Name} was removed before it had ended; created it again.")
                        : Normal(JobCreated, "Create", $"Created the Job {create.Children.Job.Metadata.Name}."));
                    break;
                case CreateJob create:
                    events.Add(Warning(
                        JobCreated, "Deliver", $"Created the Job {create.Job.Metadata.Name}: {after.Tracking?.Message}"));
                    break;
                case DeleteJob delete:
                    events.Add(Normal(
                        JobDeleted, "Delete", $"Deleted the Job {delete.Job.Metadata.Name}: {delete.Why ?? "the run is planned anew."}"));
                    break;
            }
        }

        if (Changed(before, after, ConditionTypes.Accepted) is { } accepted)
        {
            events.Insert(0, accepted is { Status: ConditionSet.True, Reason: Reasons.Valid }
                ? Normal(Accepted, "Plan", $"The spec is valid and its inputs are ready; the plan is {after.PlanHash}.")
                : new EventNote(
                    accepted.Reason == Reasons.EditNotApplied || after.Get(ConditionTypes.Stalled)?.Status == ConditionSet.True
                        ? EventNote.Warning
                        : EventNote.Normal,
                    accepted.Reason,
                    "Plan",
                    accepted.Message));
        }

        if (Changed(before, after, ConditionTypes.Running) is { Status: ConditionSet.True } running)
        {
            events.Add(Normal(RunStarted, "Train", running.Message));
        }

        if (Changed(before, after, ConditionTypes.Checkpointed) is { Status: ConditionSet.True })
        {
            events.Add(Normal(CheckpointSaved, "Checkpoint", "The run has a checkpoint to go on from."));
        }

        if (Changed(before, after, ConditionTypes.ArtifactPublished) is { Status: ConditionSet.True } published)
        {
            events.Add(Normal(ArtifactPublished, "Publish", $"Published {after.Artifact?.Version}: {published.Message}"));
        }

        events.AddRange(Summary(before, after));
        return events;
    }

    private static IEnumerable<EventNote> Summary(TrainingRunStatus? before, TrainingRunStatus after)
    {
        // A refusal is told once, by the condition Accepted.
        if (Changed(before, after, ConditionTypes.Succeeded) is not { } summary
            || summary.Reason == after.Get(ConditionTypes.Accepted)?.Reason)
        {
            yield break;
        }

        switch (summary)
        {
            case { Status: ConditionSet.True }:
                yield return Normal(RunSucceeded, "Finish", summary.Message);
                break;
            case { Status: ConditionSet.False } or { Reason: Reasons.JobCreationFailed }:
                yield return Warning(summary.Reason, "Finish", summary.Message);
                break;
            case { Reason: Reasons.Preempted }:
                yield return Warning(RunPreempted, "Train", summary.Message);
                break;
            case { Reason: Reasons.Interrupted }:
                yield return Warning(RunInterrupted, "Train", summary.Message);
                break;
            case { Reason: Reasons.Retrying }:
                yield return Warning(RunRetried, "Train", summary.Message);
                break;
            case { Status: ConditionSet.Unknown } when after.Get(ConditionTypes.Stalled)?.Status == ConditionSet.True:
                yield return Warning(summary.Reason, "Start", summary.Message);
                break;
            case { Reason: Reasons.Queued }:
                yield return Normal(Reasons.Queued, "Queue", summary.Message);
                break;
        }
    }

    /// <summary>The condition after, where status or reason are not what they were.</summary>
    private static V1Condition? Changed(TrainingRunStatus? before, TrainingRunStatus after, string type)
    {
        var (was, now) = (before.Get(type), after.Get(type));
        return now is not null && (was?.Status != now.Status || was.Reason != now.Reason) ? now : null;
    }

    private static EventNote Normal(string reason, string action, string note)
    {
        return new EventNote(EventNote.Normal, reason, action, note);
    }

    private static EventNote Warning(string reason, string action, string note)
    {
        return new EventNote(EventNote.Warning, reason, action, note);
    }
}
