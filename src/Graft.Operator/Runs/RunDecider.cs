using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>
/// Decides about a run from what was observed, and from nothing else. Whatever the order in which things happened, and however
/// often it is asked, the same observation gives the same decision; when the decision is carried out and observed, the next one
/// asks for nothing.
/// </summary>
/// <param name="options">The installation's settings.</param>
/// <param name="reportCa">The certificate authority of progress reports, as PEM; null without reports.</param>
public sealed class RunDecider(OperatorOptions options, string? reportCa)
{
    /// <summary>How long a missing input is taken for one that is about to be applied.</summary>
    public static readonly TimeSpan InputPatience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan EndingPause = TimeSpan.FromSeconds(2);

    /// <summary>Decides.</summary>
    public RunDecision Decide(RunObservation observed)
    {
        var before = observed.Run.Status;
        var (resolved, why) = RunResolver.Resolve(observed, options, reportCa);
        if (resolved is not null)
        {
            return IsFinished(before) && before!.PlanHash == resolved.PlanHash
                ? Keep(observed, before)
                : Carry(observed, resolved);
        }

        if (IsFinished(before) && (why!.Blocker != Blocker.Spec || before!.ObservedGeneration == observed.Run.Metadata.Generation))
        {
            // Its inputs may go; what it made stays. Whether a new spec is a new plan is not known before its inputs are.
            return new RunDecision(before!, [], [], null);
        }

        return before is { PlanHash: not null, CompletionTime: null } && JobOf(observed, before.JobName) is { } job
            ? Follow(observed, before.PlanHash, job, [], why)
            : Block(observed, why!);
    }

    /// <summary>Whether the status is that of a run that has ended, of the plan that it names.</summary>
    public static bool IsFinished(TrainingRunStatus? status)
    {
        return status is { CompletionTime: not null, PlanHash: not null }
            && (status.Artifact is not null
                || status.Get(ConditionTypes.Succeeded) is { Status: not ConditionSet.Unknown, Reason: not (Reasons.InvalidSpec or Reasons.ArtifactStoreNotConfigured) });
    }

    /// <summary>A run that cannot be planned.</summary>
    private static RunDecision Block(RunObservation observed, Unresolved why)
    {
        var before = observed.Run.Status;
        var draft = new RunStatusDraft(observed.Run, before?.PlanHash, observed.Now);
        var since = before.Get(ConditionTypes.Accepted) is { Status: ConditionSet.False } accepted
            ? new DateTimeOffset(accepted.LastTransitionTime)
            : observed.Now;
        var left = InputPatience - (observed.Now - since);
        var stalled = why.Blocker == Blocker.Spec || (why.Blocker == Blocker.MissingInput && left <= TimeSpan.Zero);
        draft.Refused(why, stalled);
        return Decision(observed, draft, [], why.Blocker == Blocker.MissingInput && !stalled ? left : null);
    }

    /// <summary>A run that has ended, and whose spec still means the same.</summary>
    private static RunDecision Keep(RunObservation observed, TrainingRunStatus before)
    {
        var draft = new RunStatusDraft(observed.Run, before.PlanHash, observed.Now);
        draft.Kept();
        return Decision(observed, draft, [], null);
    }

    /// <summary>A planned run: its Job is created, or followed.</summary>
    private static RunDecision Carry(RunObservation observed, ResolvedRun resolved)
    {
        var before = observed.Run.Status;
        var actions = new List<RunAction>();
        foreach (var old in observed.Jobs.Where(job => job.Metadata.Name != resolved.Children.Job.Metadata.Name && job.Metadata.DeletionTimestamp is null))
        {
            actions.Add(new DeleteJob(old));
        }

        if (before?.PlanHash != resolved.PlanHash && before?.Progress is not null)
        {
            actions.Add(new ClearProgress());
        }

        if (JobOf(observed, resolved.Children.Job.Metadata.Name) is { } job)
        {
            return Follow(observed, resolved.PlanHash, job, actions, null);
        }

        var draft = new RunStatusDraft(observed.Run, resolved.PlanHash, observed.Now);
        draft.Created(resolved.Children.Job, observed.Refusal);
        if (observed.Refusal is null)
        {
            actions.Add(new CreateChildren(resolved.Children));
        }

        return Decision(observed, draft, actions, null);
    }

    /// <summary>A run whose Job is there.</summary>
    private static RunDecision Follow(RunObservation observed, string planHash, V1Job job, List<RunAction> actions, Unresolved? why)
    {
        var pods = observed.Pods.Where(pod => Owner.Owns(job, pod)).ToList();
        var startedBefore = observed.Run.Status is { } status && status.PlanHash == planHash && status.StartTime is not null;
        var view = TrainerJobView.Of(job, pods, startedBefore, observed.Now);
        var draft = new RunStatusDraft(observed.Run, planHash, observed.Now);
        draft.Followed(job, view, why);
        if (draft.Status.CompletionTime is not null && observed.Run.Status?.Progress is { } progress && (progress.Eta ?? progress.Activity) is not null)
        {
            actions.Add(new ClearEstimates());
        }

        return Decision(observed, draft, actions, view.Phase == JobPhase.Ending ? EndingPause : null);
    }

    private static RunDecision Decision(RunObservation observed, RunStatusDraft draft, List<RunAction> actions, TimeSpan? requeueAfter)
    {
        return new RunDecision(draft.Status, actions, RunEvents.Between(observed.Run.Status, draft.Status, actions), requeueAfter);
    }

    private static V1Job? JobOf(RunObservation observed, string? name)
    {
        // A Job that is being deleted is as good as gone: its name is free once its pods have ended.
        return observed.Jobs.FirstOrDefault(job => job.Metadata.Name == name && Owner.Owns(observed.Run, job));
    }
}
