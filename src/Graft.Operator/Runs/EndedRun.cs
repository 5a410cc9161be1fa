using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>
/// Decides about a run that has ended with the plan that its spec still means: it is kept; runs again where the cause of its failure
/// was changed; is published again where it is to be found in another place.
/// </summary>
internal static class EndedRun
{
    /// <summary>Nothing that it was made from has changed: what is left of it in the cluster gets its time to live.</summary>
    public static RunDecision Keep(RunObservation observed, ResolvedFrom resolved)
    {
        var status = observed.Run.Status!;
        var actions = Leftovers(observed);
        if (status.Resolved == resolved)
        {
            return new RunDecision(status, actions, [], null);
        }

        var draft = new RunStatusDraft(observed.Run, status.PlanHash, resolved, observed.Now);
        draft.Kept(Acceptance.AsBefore);
        return RunDecider.Decision(observed, draft, actions, null);
    }

    /// <summary>Its plan cannot be resolved now. What it made stays; that an edit was not looked into is said.</summary>
    public static RunDecision Unresolved(RunObservation observed, Unresolved why)
    {
        var status = observed.Run.Status!;
        if (status.ObservedGeneration == observed.Run.Metadata.Generation && why.Blocker != Blocker.Release)
        {
            return new RunDecision(status, Leftovers(observed), [], null);
        }

        var draft = new RunStatusDraft(observed.Run, status.PlanHash, status.Resolved, observed.Now);
        draft.Kept(Acceptance.Refused(why));
        return RunDecider.Decision(observed, draft, [], null);
    }

    /// <summary>Why a run that has failed runs again, with the same plan; null where it does not.</summary>
    public static string? WhyAgain(RunObservation observed, ResolvedRun resolved)
    {
        var before = observed.Run.Status!;
        if (FailureOf(before) is not { } failure)
        {
            return null;
        }

        var changed = resolved.Settings.ChangedSince(RunSettings.Of(before));
        if (changed.Intersect(FailureCauses.Of(failure)).Any())
        {
            return $"{RunSettings.Describe(changed)} changed after the run had failed ({failure}).";
        }

        return IsPublishedByItsSuccessor(observed.Run, failure)
            && before.Resolved is not null && RunDecider.JobOf(observed, before.JobName) is null
            ? "the Job that could not publish was deleted; its successor publishes what is trained."
            : null;
    }

    /// <summary>Its spec or inputs were changed without changing what it computes.</summary>
    public static RunDecision Reconsider(RunObservation observed, ResolvedRun resolved)
    {
        var before = observed.Run.Status!;
        var settings = RunSettings.Of(before);
        var changed = resolved.Settings.ChangedSince(settings);
        // What an earlier release did not record is taken to be what the spec says: only later edits can be told from it.
        var ofPeople = settings is null ? [] : changed.Except([RunSettings.Installation, RunSettings.Sources, RunSettings.Queue]).ToList();
        if (settings is not null
            && changed.Contains(RunSettings.Publish) && resolved.Publication is { } publication && observed.Run.Spec.Suspend != true)
        {
            ofPeople.Remove(RunSettings.Publish);
            return Republication.Decide(observed, resolved, publication, NotDone(ofPeople, null));
        }

        var record = PlanRecord.Of(observed, resolved.Form, settings ?? resolved.Settings);
        var draft = new RunStatusDraft(observed.Run, resolved.PlanHash, record, observed.Now);
        draft.Kept(NotDone(ofPeople, FailureOf(before)));
        var actions = Leftovers(observed);
        var recheckAfter = Delivery.Decide(observed, resolved, draft, actions);
        return RunDecider.Decision(observed, draft, actions, recheckAfter);
    }

    /// <summary>Why a run failed; null where it did not, or where its artifact is there all the same.</summary>
    private static string? FailureOf(TrainingRunStatus status)
    {
        return status.Get(ConditionTypes.Succeeded) is { Status: ConditionSet.False, Reason: { } reason } && status.Artifact is null
            ? reason
            : null;
    }

    /// <summary>
    /// Whether another Job of a failed run would only publish. What is trained is kept beside the checkpoints, so that a volume for those
    /// has it; without one it has ended with its pod.
    /// </summary>
    private static bool IsPublishedByItsSuccessor(IRunResource run, string failure)
    {
        return failure == Reasons.PublishFailed && run.Spec.Checkpoint?.ClaimName is not null;
    }

    private static Acceptance NotDone(IReadOnlyCollection<string> edited, string? failure)
    {
        return edited.Count == 0
            ? Acceptance.Valid
            : Acceptance.NotApplied($"{RunSettings.Describe(edited)} changed after the run had ended"
                + (failure is null ? "" : $", and is not why it failed ({failure})")
                + "; nothing was done about it. Set spec.rerun to a new value to run it again.");
    }

    /// <summary>What is to be done about the Jobs of a run that nothing is left to do for.</summary>
    private static List<RunAction> Leftovers(RunObservation observed)
    {
        var (run, actions) = (observed.Run, new List<RunAction>());
        // That a Job is gone asks for a successor where that would only publish, so it must not go by itself.
        var kept = FailureOf(run.Status!) is { } failure && IsPublishedByItsSuccessor(run, failure) ? run.Status!.JobName : null;
        var delivers = Delivery.IsDue(run);
        foreach (var job in observed.Jobs.Where(
            job => job.Metadata.DeletionTimestamp is null && Owner.Owns(run, job) && !(delivers && Delivery.Is(job))))
        {
            if (!JobEnding.IsEnded(job))
            {
                // Made on a view of the cluster that was out of date, by a replica that no longer leads, or to publish at a place that the
                // spec no longer names: nothing is done twice.
                actions.Add(new DeleteJob(job));
            }
            else if (job.Spec?.TtlSecondsAfterFinished is null && job.Metadata.Name != kept)
            {
                actions.Add(new SetTimeToLive(job, RunResolver.WithDefaults(run).Pod!.TtlSecondsAfterFinished!.Value));
            }
        }

        return actions;
    }
}
