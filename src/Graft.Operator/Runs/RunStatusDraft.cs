using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>
/// Writes a run's status: all conditions at every visit, what is known of the plan, and nothing of another plan.
/// </summary>
internal sealed class RunStatusDraft
{
    private readonly TrainingRunStatus? _before;
    private readonly RunConditions _conditions;
    private readonly DateTimeOffset _now;
    private readonly string? _claim;

    /// <param name="run">The run as it is.</param>
    /// <param name="planHash">The plan that the status will speak of; null where there is none yet.</param>
    /// <param name="resolved">What that plan was made from.</param>
    /// <param name="now">The time.</param>
    public RunStatusDraft(IRunResource run, string? planHash, ResolvedFrom? resolved, DateTimeOffset now)
    {
        _now = now;
        _claim = run.Spec.Checkpoint?.ClaimName;
        // What was seen of another plan tells nothing about this one.
        _before = run.Status?.PlanHash == planHash ? run.Status : null;
        Status = new TrainingRunStatus
        {
            ObservedGeneration = run.Metadata.Generation,
            PlanHash = planHash,
            Resolved = resolved,
            Rerun = run.Spec.Rerun,
            JobName = _before?.JobName,
            StartTime = _before?.StartTime,
            CompletionTime = _before?.CompletionTime,
            Figures = _before?.Figures,
            Artifact = _before?.Artifact,
            Tracking = _before?.Tracking,
        };
        _conditions = new RunConditions(run, _before, Status, now);
    }

    /// <summary>The status so far.</summary>
    public TrainingRunStatus Status { get; }

    /// <summary>The run cannot be planned.</summary>
    /// <param name="why">Why.</param>
    /// <param name="stalled">Whether only somebody's help can change that.</param>
    public void Refused(Unresolved why, bool stalled)
    {
        _conditions.NotAccepted(why.Reason, why.Message);
        _conditions.Quota();
        _conditions.NotRunning("Nothing runs before the run is accepted.");
        _conditions.Checkpointed();
        _conditions.Published(null, ended: false);
        if (why.Blocker == Blocker.Spec)
        {
            _conditions.Summary(ConditionSet.False, why.Reason, why.Message);
        }
        else
        {
            _conditions.Summary(ConditionSet.Unknown, Reasons.Waiting, why.Message);
        }

        _conditions.Standing(active: !stalled, stalled, why.Reason, why.Message);
        if (Status.CompletionTime is not null)
        {
            FinalProgress(null);
        }
    }

    /// <summary>The Job is about to be created, or was refused.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="refusal">Why the API server refused it.</param>
    /// <param name="again">Whether the run has ended before with this plan.</param>
    public void Created(V1Job job, string? refusal, bool again)
    {
        _conditions.Accept(Acceptance.Valid);
        Status.JobName = job.Metadata.Name;
        if (again)
        {
            Restart();
        }

        Status.CompletionTime = null;
        _conditions.Quota();
        _conditions.NotRunning(TrainerJobView.NoPodYet(job));
        _conditions.Checkpointed();
        _conditions.Published(null, ended: false);
        if (refusal is not null)
        {
            var message = $"The API server refused the Job {job.Metadata.Name}: {refusal}";
            _conditions.Summary(ConditionSet.Unknown, Reasons.JobCreationFailed, message);
            _conditions.Standing(active: false, stalled: true, Reasons.JobCreationFailed, message);
            return;
        }

        // What the next look at it will say, so that it need not be written again.
        var created = TrainerJobView.NoPodYet(job);
        _conditions.Summary(ConditionSet.Unknown, Reasons.Pending, created);
        _conditions.Standing(active: true, stalled: false, Reasons.Pending, created);
    }

    /// <summary>The Job gives way to another one of its name.</summary>
    /// <param name="job">The Job that has to go first.</param>
    public void Replaced(V1Job job)
    {
        Idle(job.Metadata.Name);
        var message = $"The Job {job.Metadata.Name} is made anew with the settings that the run has now; the one that is there goes first.";
        _conditions.Summary(ConditionSet.Unknown, Reasons.Pending, message);
        _conditions.Standing(active: true, stalled: false, Reasons.Pending, message);
    }

    /// <summary>The run is not to run now.</summary>
    /// <param name="job">The Job that has to go first; null where there is none.</param>
    public void Suspended(V1Job? job)
    {
        Idle(job?.Metadata.Name ?? _before?.JobName);
        var message = job is null
            ? "The run is suspended: it has no Job. Set spec.suspend to false to run it."
            : $"The run is suspended; its Job {job.Metadata.Name} is being removed, after a checkpoint where it has a volume for one.";
        _conditions.Summary(ConditionSet.Unknown, Reasons.Suspended, message);
        _conditions.Standing(active: job is not null, stalled: false, Reasons.Suspended, message);
    }

    /// <summary>The Job is there.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="view">How far it is.</param>
    /// <param name="acceptance">What is to be said of the spec.</param>
    public void Followed(V1Job job, IReadOnlyList<V1Pod> pods, TrainerJobView view, Acceptance acceptance)
    {
        _conditions.Accept(acceptance);
        Status.JobName = job.Metadata.Name;
        Status.StartTime ??= view.Started;
        _conditions.Quota(job, pods);
        _conditions.Checkpointed();
        switch (view.Phase)
        {
            case JobPhase.Succeeded or JobPhase.Failed:
                Ended(view);
                break;
            case JobPhase.Running or JobPhase.Ending:
                _conditions.Running(view.Message);
                Active(view.Stalled ? view.Reason : RunningReason(), view.Message, view.Stalled);
                break;
            default:
                _conditions.NotRunning(view.Message);
                Active(view.Reason, view.Message, view.Stalled);
                break;
        }
    }

    /// <summary>The run has ended before, and its spec still means the same.</summary>
    /// <param name="acceptance">What is to be said of the spec.</param>
    public void Kept(Acceptance acceptance)
    {
        _conditions.Accept(acceptance);
        _conditions.Quota();
        _conditions.NotRunning("The run has ended.");
        _conditions.Checkpointed();
        _conditions.Published(Status.Artifact, ended: true);
        var known = _before.Get(ConditionTypes.Succeeded)!;
        if (known.Status == ConditionSet.True || Status.Artifact is null)
        {
            _conditions.Summary(known.Status, known.Reason, known.Message);
            _conditions.Standing(active: false, known.Status != ConditionSet.True, known.Reason, known.Message);
        }
        else
        {
            // The spec was unusable for a while and is again what it was.
            _conditions.Summary(ConditionSet.True, Reasons.Completed, SuccessMessage());
            _conditions.Standing(active: false, stalled: false, Reasons.Completed, SuccessMessage());
        }

        FinalProgress(null);
    }

    /// <summary>The run has ended before, and its adapter is on its way to another place, or could not get there.</summary>
    /// <param name="acceptance">What is to be said of the spec.</param>
    /// <param name="reason">Why it is not there yet.</param>
    /// <param name="message">The same for people.</param>
    /// <param name="stalled">Whether only somebody's help can change that.</param>
    public void PublishingAgain(Acceptance acceptance, string reason, string message, bool stalled)
    {
        Kept(acceptance);
        _conditions.NotPublished(reason, message);
        _conditions.Standing(active: !stalled, stalled, reason, message);
    }

    /// <summary>The run has ended before, and its adapter is at another place now.</summary>
    /// <param name="artifact">The adapter there.</param>
    /// <param name="acceptance">What is to be said of the spec.</param>
    public void PublishedAgain(PublishedArtifactStatus artifact, Acceptance acceptance)
    {
        Status.Artifact = artifact;
        Kept(acceptance);
        _conditions.Summary(ConditionSet.True, Reasons.Completed, SuccessMessage());
        _conditions.Standing(active: false, stalled: false, Reasons.Completed, SuccessMessage());
    }

    /// <summary>Not all of the ended run's record is in MLflow.</summary>
    /// <param name="message">Who delivers it, or why nobody does.</param>
    public void Undelivered(string message)
    {
        Status.Tracking = ProgressStatus.Undelivered(_before?.Tracking, message);
    }

    /// <summary>All of the ended run's record is in MLflow.</summary>
    /// <param name="tracking">Where; null where that is known already, or nothing was recorded.</param>
    public void Delivered(ResultTracking? tracking)
    {
        Status.Tracking = ProgressStatus.Tracking(tracking) ?? (_before?.Tracking is { RunId: not null } known
            ? new TrackedRunStatus { ExperimentId = known.ExperimentId, RunId = known.RunId, Uri = known.Uri }
            : null);
    }

    /// <summary>No Job of the run is at work.</summary>
    private void Idle(string? jobName)
    {
        _conditions.Accept(Acceptance.Valid);
        Restart();
        Status.JobName = jobName;
        _conditions.Quota();
        _conditions.NotRunning("No pod of the run is at work.");
        _conditions.Checkpointed();
        _conditions.Published(null, ended: false);
    }

    private void Ended(TrainerJobView view)
    {
        var result = TrainerJobView.ReadResult(view.FinalWord);
        Status.CompletionTime ??= ConditionSet.Seconds(view.Ended ?? _now);
        Status.Figures = ProgressStatus.Figures(result?.Figures) ?? Status.Figures;
        Status.Artifact = ProgressStatus.Artifact(result?.Artifact) ?? Status.Artifact;
        Status.Tracking = ProgressStatus.Tracking(result, Status.Tracking, _claim);
        _conditions.NotRunning("The run has ended.");
        _conditions.Published(Status.Artifact, ended: true);
        if (view.Phase == JobPhase.Succeeded)
        {
            _conditions.Summary(ConditionSet.True, Reasons.Completed, SuccessMessage());
            _conditions.Standing(active: false, stalled: false, Reasons.Completed, SuccessMessage());
        }
        else
        {
            var reason = result?.Reason ?? view.FailureReason ?? Reasons.Failed;
            var message = result?.Outcome switch
            {
                null or "Succeeded" => view.Message,
                // A trainer that was stopped knows how far it came, and not why.
                "Interrupted" => $"{view.Message} {result.Message}",
                _ => result.Message,
            };
            _conditions.Summary(ConditionSet.False, reason, message);
            _conditions.Standing(active: false, stalled: true, reason, message);
        }

        FinalProgress(result);
    }

    private void Active(string reason, string message, bool stalled)
    {
        Status.CompletionTime = null;
        _conditions.Published(null, ended: false);
        _conditions.Summary(ConditionSet.Unknown, reason, message);
        _conditions.Standing(active: !stalled, stalled, reason, message);
    }

    /// <summary>Nothing of what the run did before counts for what it does now.</summary>
    private void Restart()
    {
        (Status.StartTime, Status.CompletionTime, Status.Figures, Status.Tracking) = (null, null, null, null);
    }

    private string RunningReason()
    {
        return _before?.Progress?.Activity == Reasons.Publishing ? Reasons.Publishing : Reasons.Running;
    }

    /// <summary>The progress of an ended run is the operator's to write: no trainer reports any more.</summary>
    private void FinalProgress(RunResult? result)
    {
        var last = _before?.Progress;
        Status.Progress = ProgressStatus.Final(last, result)
            ?? (last is null ? null : new RunProgress { Step = last.Step, TotalSteps = last.TotalSteps, Summary = last.Summary });
    }

    private string SuccessMessage()
    {
        var published = Status.Artifact is { } artifact
            ? $"Published {artifact.Name} {artifact.Version}"
            : "The trainer ended well, but reported no artifact";
        return Status.Figures is { BaseLoss: { } before, AdaptedLoss: { } after }
            ? $"{published}; held-out loss {before} before, {after} after."
            : $"{published}.";
    }
}
