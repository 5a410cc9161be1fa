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
/// <param name="reportCa">Whom a pod that starts now should trust with progress reports, as PEM; null without reports.</param>
public sealed class RunDecider(OperatorOptions options, Func<string?> reportCa)
{
    /// <summary>How long a missing input is taken for one that is about to be applied.</summary>
    public static readonly TimeSpan InputPatience = TimeSpan.FromMinutes(2);

    /// <summary>Decides.</summary>
    public RunDecision Decide(RunObservation observed)
    {
        // A plan is resolved once. While what it was made from is the same, an ended run is left as it is and a running Job is followed:
        // thousands of ended runs cost a comparison each, and another release of the operator cannot make other plans of them.
        if (PlanRecord.IsCurrent(observed) && Unchanged(observed) is { } unchanged)
        {
            return unchanged;
        }

        return Plan(observed) with { WasPlanned = true };
    }

    /// <summary>Reads the spec and its inputs anew, and compares what they mean with what is there.</summary>
    private RunDecision Plan(RunObservation observed)
    {
        var before = observed.Run.Status;
        var (resolved, why) = PlanRecord.OfLaterRelease(observed) is { } later
            ? (null, later)
            : RunResolver.Resolve(observed, options, reportCa());
        if (resolved is not null)
        {
            return !IsFinished(before) || before!.PlanHash != resolved.PlanHash
                ? Carry(observed, resolved)
                : EndedRun.WhyAgain(observed, resolved) is { } again
                    ? Carry(observed, resolved, again)
                    : EndedRun.Reconsider(observed, resolved);
        }

        if (IsFinished(before) && (why!.Blocker != Blocker.Spec || before!.ObservedGeneration == observed.Run.Metadata.Generation))
        {
            // Its inputs may go; what it made stays. Whether a new spec is a new plan is not known before its inputs are.
            return EndedRun.Unresolved(observed, why);
        }

        return before is { PlanHash: { } hash, CompletionTime: null } && JobOf(observed, before.JobName) is { } job
            ? Follow(observed, hash, before.Resolved, job, [], Acceptance.Refused(why!))
            : Block(observed, why!);
    }

    /// <summary>Whether the status is that of a run that has ended, of the plan that it names.</summary>
    public static bool IsFinished(TrainingRunStatus? status)
    {
        return status is { CompletionTime: not null, PlanHash: not null }
            && (status.Artifact is not null
                || status.Get(ConditionTypes.Succeeded) is
                {
                    Status: not ConditionSet.Unknown, Reason: not (
                    Reasons.InvalidSpec or Reasons.ArtifactStoreNotConfigured)
                });
    }

    /// <summary>What is done about a run whose plan is the recorded one; null where the spec has to be read again.</summary>
    private static RunDecision? Unchanged(RunObservation observed)
    {
        var before = observed.Run.Status!;
        var resolved = before.Resolved ?? PlanRecord.Of(observed, PlanRecord.FormOf(before), null);
        if (IsFinished(before))
        {
            if (Delivery.IsDue(observed.Run))
            {
                return null;
            }

            var failure = before.Get(ConditionTypes.Succeeded) is { Status: ConditionSet.False, Reason: { } reason } ? reason : null;
            return failure is null || !FailureCauses.CanBeMendedByInstallation(failure) ? EndedRun.Keep(observed, resolved) : null;
        }

        return observed.Run.Spec.Suspend != true
            && before.Get(ConditionTypes.Accepted)?.Reason != Reasons.EditNotApplied
            && JobOf(observed, before.JobName) is { } job
            && (JobEnding.IsEnded(job) || IsAtWork(observed, job))
            && !IsBeingReplaced(before, job)
            ? Follow(observed, before.PlanHash!, resolved, job, [], Acceptance.AsBefore)
            : null;
    }

    /// <summary>A run that cannot be planned.</summary>
    private static RunDecision Block(RunObservation observed, Unresolved why)
    {
        var before = observed.Run.Status;
        var draft = new RunStatusDraft(observed.Run, before?.PlanHash, before?.Resolved, observed.Now);
        var since = before.Get(ConditionTypes.Accepted) is { Status: ConditionSet.False } accepted
            ? new DateTimeOffset(accepted.LastTransitionTime)
            : observed.Now;
        var left = InputPatience - (observed.Now - since);
        var stalled = why.Blocker == Blocker.Spec || (why.Blocker == Blocker.MissingInput && left <= TimeSpan.Zero);
        draft.Refused(why, stalled);
        return Decision(observed, draft, [], why.Blocker == Blocker.MissingInput && !stalled ? left : null);
    }

    /// <summary>A planned run: its Job is created, followed, or made anew.</summary>
    /// <param name="observed">What was observed.</param>
    /// <param name="resolved">The plan.</param>
    /// <param name="again">Why a run that has ended runs again with the same plan; null where it does not.</param>
    private static RunDecision Carry(RunObservation observed, ResolvedRun resolved, string? again = null)
    {
        var before = observed.Run.Status;
        var actions = new List<RunAction>();
        foreach (var old in observed.Jobs.Where(
            job => job.Metadata.Name != resolved.Children.Job.Metadata.Name && job.Metadata.DeletionTimestamp is null))
        {
            actions.Add(new DeleteJob(old));
        }

        if ((before?.PlanHash != resolved.PlanHash || again is not null) && before?.Progress is not null)
        {
            actions.Add(new ClearProgress());
        }

        var job = JobOf(observed, resolved.Children.Job.Metadata.Name);
        if (observed.Run.Spec.Suspend == true && (job is null || again is not null || !JobEnding.IsEnded(job)))
        {
            return Suspend(observed, resolved, job, actions);
        }

        if (job is null)
        {
            return Create(observed, resolved, actions, again is not null);
        }

        var changed = resolved.Settings.ChangedSince(RunSettings.Of(job) ?? resolved.Settings);
        // What it has made, or is making, is not thrown away for settings that came too late for it.
        var mayGiveWay = !IsAtWork(observed, job) && !JobEnding.IsComplete(job);
        if (again is not null
            || (mayGiveWay && (IsBeingReplaced(before, job) || (!JobEnding.IsEnded(job) && IsWorthReplacing(job, changed)))))
        {
            return Replace(
                observed, resolved, job, actions, again ?? $"{RunSettings.Describe(changed)} changed before the Job had started.");
        }

        var record = PlanRecord.Of(observed, resolved.Form, RunSettings.Of(job) ?? RunSettings.Of(before));
        var ofPeople = changed.Except([RunSettings.Installation]).ToList();
        return Follow(
            observed, resolved.PlanHash, record, job, actions, ofPeople.Count == 0 || JobEnding.IsEnded(job)
                ? Acceptance.Valid
                : NotApplied(observed.Run, job, ofPeople));
    }

    private static RunDecision Create(RunObservation observed, ResolvedRun resolved, List<RunAction> actions, bool again)
    {
        var record = PlanRecord.Of(observed, resolved.Form, resolved.Settings);
        var draft = new RunStatusDraft(observed.Run, resolved.PlanHash, record, observed.Now);
        draft.Created(resolved.Children.Job, observed.Refusal, again);
        if (observed.Refusal is null)
        {
            if (observed.Run.Status?.PlanHash is not null)
            {
                actions.Add(new DeleteOtherPlans(resolved.Children.Plan));
            }

            actions.Add(new CreateChildren(resolved.Children));
        }

        return Decision(observed, draft, actions, null);
    }

    /// <summary>A Job that gives way to one of the same name: the next one is created when this one and its pods are gone.</summary>
    private static RunDecision Replace(RunObservation observed, ResolvedRun resolved, V1Job job, List<RunAction> actions, string why)
    {
        var record = PlanRecord.Of(observed, resolved.Form, resolved.Settings);
        var draft = new RunStatusDraft(observed.Run, resolved.PlanHash, record, observed.Now);
        draft.Replaced(job);
        if (job.Metadata.DeletionTimestamp is null)
        {
            actions.Add(new DeleteJob(job, why));
        }

        return Decision(observed, draft, actions, null);
    }

    /// <summary>A run that is not to run now: it has no Job, so it holds no place in a queue and no volume.</summary>
    private static RunDecision Suspend(RunObservation observed, ResolvedRun resolved, V1Job? job, List<RunAction> actions)
    {
        var record = PlanRecord.Of(observed, resolved.Form, resolved.Settings);
        var draft = new RunStatusDraft(observed.Run, resolved.PlanHash, record, observed.Now);
        draft.Suspended(job);
        if (job?.Metadata.DeletionTimestamp is null && job is not null)
        {
            actions.Add(new DeleteJob(job, "spec.suspend is true."));
        }

        return Decision(observed, draft, actions, null);
    }

    /// <summary>A run whose Job is there.</summary>
    private static RunDecision Follow(
        RunObservation observed, string planHash, ResolvedFrom? resolved, V1Job job, List<RunAction> actions, Acceptance acceptance)
    {
        var pods = observed.Pods.Where(pod => Owner.Owns(job, pod)).ToList();
        var startedBefore = observed.Run.Status is { } status && status.PlanHash == planHash && status.StartTime is not null;
        var view = TrainerJobView.Of(job, pods, observed.Events, startedBefore, observed.Now);
        var draft = new RunStatusDraft(observed.Run, planHash, resolved, observed.Now);
        draft.Followed(job, pods, view, acceptance);
        if (draft.Status.CompletionTime is not null
            && observed.Run.Status?.Progress is { } progress && (progress.Eta ?? progress.Activity) is not null)
        {
            actions.Add(new ClearEstimates());
        }

        return Decision(observed, draft, actions, view.RecheckAfter);
    }

    internal static RunDecision Decision(
        RunObservation observed, RunStatusDraft draft, IReadOnlyList<RunAction> actions, TimeSpan? requeueAfter)
    {
        return new RunDecision(draft.Status, actions, RunEvents.Between(observed.Run.Status, draft.Status, actions), requeueAfter);
    }

    internal static V1Job? JobOf(RunObservation observed, string? name)
    {
        return observed.Jobs.FirstOrDefault(job => job.Metadata.Name == name && Owner.Owns(observed.Run, job));
    }

    /// <summary>Whether a pod of the Job runs: what it does would be lost.</summary>
    private static bool IsAtWork(RunObservation observed, V1Job job)
    {
        return observed.Pods.Any(pod => Owner.Owns(job, pod) && TrainerJobView.IsAtWork(pod));
    }

    /// <summary>Whether the run was decided to need another Job of this name, and this one is still there.</summary>
    private static bool IsBeingReplaced(TrainingRunStatus? before, V1Job job)
    {
        return before is { CompletionTime: null }
            && before.JobName == job.Metadata.Name
            && RunSettings.Of(job) is { } made
            && RunSettings.Of(before) is { } recorded
            && !recorded.SameAs(made);
    }

    /// <summary>A Job that waits in a queue keeps its place there when only the installation has changed: it runs as it is.</summary>
    private static bool IsWorthReplacing(V1Job job, IReadOnlyList<string> changed)
    {
        return changed.Any(section => section != RunSettings.Installation || job.Spec?.Suspend != true);
    }

    private static Acceptance NotApplied(IRunResource run, V1Job job, IReadOnlyList<string> changed)
    {
        var resumed = run.Spec.Checkpoint?.ClaimName is { } claim
            ? $"training resumes from the last checkpoint on {claim}"
            : "training starts from the beginning, since spec.checkpoint.claimName names no volume for checkpoints";
        return Acceptance.NotApplied(
            $"{RunSettings.Describe(changed)} changed after the Job {job.Metadata.Name} had started, and is not applied to it. To apply it now, "
            + $"`kubectl delete job {job.Metadata.Name} -n {run.Metadata.NamespaceProperty}`: {resumed}.");
    }
}
