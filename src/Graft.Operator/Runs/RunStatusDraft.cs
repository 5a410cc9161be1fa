using System.Globalization;
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
    private readonly AdapterTrainingRun _run;
    private readonly TrainingRunStatus? _before;
    private readonly ConditionSet _conditions;
    private readonly DateTimeOffset _now;

    /// <param name="run">The run as it is.</param>
    /// <param name="planHash">The plan that the status will speak of; null where there is none yet.</param>
    /// <param name="resolved">What that plan was made from.</param>
    /// <param name="now">The time.</param>
    public RunStatusDraft(AdapterTrainingRun run, string? planHash, ResolvedFrom? resolved, DateTimeOffset now)
    {
        _run = run;
        _now = now;
        // What was seen of another plan tells nothing about this one.
        _before = run.Status?.PlanHash == planHash ? run.Status : null;
        _conditions = new ConditionSet(run.Status?.Conditions, run.Metadata.Generation ?? 0, now);
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
    }

    /// <summary>The status so far.</summary>
    public TrainingRunStatus Status { get; }

    private bool HasQueue => _run.Metadata.Labels?.ContainsKey(GraftApi.KueueQueueLabel) == true;

    /// <summary>The run cannot be planned.</summary>
    /// <param name="why">Why.</param>
    /// <param name="stalled">Whether only somebody's help can change that.</param>
    public void Refused(Unresolved why, bool stalled)
    {
        _conditions.Set(ConditionTypes.Accepted, ConditionSet.False, why.Reason, why.Message);
        Quota();
        NotRunning("Nothing runs before the run is accepted.");
        Checkpointed();
        Published(null, ended: false);
        if (why.Blocker == Blocker.Spec)
        {
            Summary(ConditionSet.False, why.Reason, why.Message);
        }
        else
        {
            Summary(ConditionSet.Unknown, Reasons.Waiting, why.Message);
        }

        Standing(active: !stalled, stalled, why.Reason, why.Message);
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
        Accept(Acceptance.Valid);
        Status.JobName = job.Metadata.Name;
        if (again)
        {
            Restart();
        }

        Status.CompletionTime = null;
        Quota();
        NotRunning(TrainerJobView.NoPodYet(job));
        Checkpointed();
        Published(null, ended: false);
        if (refusal is not null)
        {
            var message = $"The API server refused the Job {job.Metadata.Name}: {refusal}";
            Summary(ConditionSet.Unknown, Reasons.JobCreationFailed, message);
            Standing(active: false, stalled: true, Reasons.JobCreationFailed, message);
            return;
        }

        // What the next look at it will say, so that it need not be written again.
        var created = TrainerJobView.NoPodYet(job);
        Summary(ConditionSet.Unknown, Reasons.Pending, created);
        Standing(active: true, stalled: false, Reasons.Pending, created);
    }

    /// <summary>The Job gives way to another one of its name.</summary>
    /// <param name="job">The Job that has to go first.</param>
    public void Replaced(V1Job job)
    {
        Idle(job.Metadata.Name);
        var message = $"The Job {job.Metadata.Name} is made anew with the settings that the run has now; the one that is there goes first.";
        Summary(ConditionSet.Unknown, Reasons.Pending, message);
        Standing(active: true, stalled: false, Reasons.Pending, message);
    }

    /// <summary>The run is not to run now.</summary>
    /// <param name="job">The Job that has to go first; null where there is none.</param>
    public void Suspended(V1Job? job)
    {
        Idle(job?.Metadata.Name ?? _before?.JobName);
        var message = job is null
            ? "The run is suspended: it has no Job. Set spec.suspend to false to run it."
            : $"The run is suspended; its Job {job.Metadata.Name} is being removed, after a checkpoint where it has a volume for one.";
        Summary(ConditionSet.Unknown, Reasons.Suspended, message);
        Standing(active: job is not null, stalled: false, Reasons.Suspended, message);
    }

    /// <summary>The Job is there.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="view">How far it is.</param>
    /// <param name="acceptance">What is to be said of the spec.</param>
    public void Followed(V1Job job, IReadOnlyList<V1Pod> pods, TrainerJobView view, Acceptance acceptance)
    {
        Accept(acceptance);
        Status.JobName = job.Metadata.Name;
        Status.StartTime ??= view.Started;
        Quota(job, pods);
        Checkpointed();
        switch (view.Phase)
        {
            case JobPhase.Succeeded or JobPhase.Failed:
                Ended(view);
                break;
            case JobPhase.Running or JobPhase.Ending:
                _conditions.Set(ConditionTypes.Running, ConditionSet.True, Reasons.Running, view.Message);
                Active(view.Stalled ? view.Reason : RunningReason(), view.Message, view.Stalled);
                break;
            default:
                NotRunning(view.Message);
                Active(view.Reason, view.Message, view.Stalled);
                break;
        }
    }

    /// <summary>The run has ended before, and its spec still means the same.</summary>
    /// <param name="acceptance">What is to be said of the spec.</param>
    public void Kept(Acceptance acceptance)
    {
        Accept(acceptance);
        Quota();
        NotRunning("The run has ended.");
        Checkpointed();
        Published(Status.Artifact, ended: true);
        var known = _before.Get(ConditionTypes.Succeeded)!;
        if (known.Status == ConditionSet.True || Status.Artifact is null)
        {
            Summary(known.Status, known.Reason, known.Message);
            Standing(active: false, known.Status != ConditionSet.True, known.Reason, known.Message);
        }
        else
        {
            // The spec was unusable for a while and is again what it was.
            Summary(ConditionSet.True, Reasons.Completed, SuccessMessage());
            Standing(active: false, stalled: false, Reasons.Completed, SuccessMessage());
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
        _conditions.Set(ConditionTypes.ArtifactPublished, ConditionSet.False, reason, message);
        Standing(active: !stalled, stalled, reason, message);
    }

    /// <summary>The run has ended before, and its adapter is at another place now.</summary>
    /// <param name="artifact">The adapter there.</param>
    /// <param name="acceptance">What is to be said of the spec.</param>
    public void PublishedAgain(PublishedArtifactStatus artifact, Acceptance acceptance)
    {
        Status.Artifact = artifact;
        Kept(acceptance);
        Summary(ConditionSet.True, Reasons.Completed, SuccessMessage());
        Standing(active: false, stalled: false, Reasons.Completed, SuccessMessage());
    }

    /// <summary>No Job of the run is at work.</summary>
    private void Idle(string? jobName)
    {
        Accept(Acceptance.Valid);
        Restart();
        Status.JobName = jobName;
        Quota();
        NotRunning("No pod of the run is at work.");
        Checkpointed();
        Published(null, ended: false);
    }

    private void Ended(TrainerJobView view)
    {
        var result = TrainerJobView.ReadResult(view.FinalWord);
        Status.CompletionTime ??= ConditionSet.Seconds(view.Ended ?? _now);
        Status.Figures = ProgressStatus.Figures(result?.Figures) ?? Status.Figures;
        Status.Artifact = ProgressStatus.Artifact(result?.Artifact) ?? Status.Artifact;
        Status.Tracking = ProgressStatus.Tracking(result?.Tracking) ?? Status.Tracking;
        NotRunning("The run has ended.");
        Published(Status.Artifact, ended: true);
        if (view.Phase == JobPhase.Succeeded)
        {
            Summary(ConditionSet.True, Reasons.Completed, SuccessMessage());
            Standing(active: false, stalled: false, Reasons.Completed, SuccessMessage());
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
            Summary(ConditionSet.False, reason, message);
            Standing(active: false, stalled: true, reason, message);
        }

        FinalProgress(result);
    }

    private void Active(string reason, string message, bool stalled)
    {
        Status.CompletionTime = null;
        Published(null, ended: false);
        Summary(ConditionSet.Unknown, reason, message);
        Standing(active: !stalled, stalled, reason, message);
    }

    private void Accept(Acceptance acceptance)
    {
        if (acceptance.Status is null)
        {
            _conditions.Keep(ConditionTypes.Accepted, acceptance.Reason, acceptance.Message);
        }
        else
        {
            _conditions.Set(ConditionTypes.Accepted, acceptance.Status, acceptance.Reason, acceptance.Message);
        }
    }

    /// <summary>Nothing of what the run did before counts for what it does now.</summary>
    private void Restart()
    {
        (Status.StartTime, Status.CompletionTime, Status.Figures, Status.Tracking) = (null, null, null, null);
    }

    /// <summary>What was seen of a queue at the Job; of an ended run what was seen before.</summary>
    private void Quota(V1Job? job = null, IReadOnlyList<V1Pod>? pods = null)
    {
        var known = _before.Get(ConditionTypes.QuotaReserved);
        var isKnown = known is { Status: ConditionSet.True or ConditionSet.False } && _before?.JobName == Status.JobName;
        var (status, reason, message) = (job is null ? (QueueSeen?)null : QueueReading.Of(job, pods ?? [], isKnown), HasQueue) switch
        {
            (null, _) when isKnown && Status.CompletionTime is not null => (known!.Status, known.Reason, known.Message),
            (null, true) => (ConditionSet.Unknown, Reasons.Pending, "The queue has not seen the run's Job yet."),
            (null, false) or (QueueSeen.NotAsked, false) => (ConditionSet.Unknown, Reasons.NoQueue, $"The run has no label {GraftApi.KueueQueueLabel}."),
            (QueueSeen.NotAsked, true) => (
                ConditionSet.Unknown,
                Reasons.NoQueue,
                $"The Job {job!.Metadata.Name} has no label {GraftApi.KueueQueueLabel}: the run got its own after the Job was made. No queue counts the Job."),
            (QueueSeen.NotSeen, _) => (
                ConditionSet.Unknown,
                Reasons.NoQueue,
                $"The Job {job!.Metadata.Name} names a queue, but was not suspended; no queue has admitted it. Is Kueue installed, for this namespace?"),
            (QueueSeen.Holds, _) => (ConditionSet.False, Reasons.Queued, "The Job waits in its queue."),
            _ => (ConditionSet.True, Reasons.Admitted, "The queue has admitted the Job."),
        };
        _conditions.Set(ConditionTypes.QuotaReserved, status, reason, message);
    }

    private void NotRunning(string message)
    {
        _conditions.Set(ConditionTypes.Running, ConditionSet.False, Reasons.PodNotRunning, message);
    }

    private void Checkpointed()
    {
        if (_run.Spec.Checkpoint?.ClaimName is null)
        {
            _conditions.Set(
                ConditionTypes.Checkpointed,
                ConditionSet.False,
                Reasons.NoCheckpointYet,
                "Checkpoints end with their pod: spec.checkpoint.claimName names no volume to keep them on.");
        }
        else if (_before?.Progress?.CheckpointStep is { } step)
        {
            var message = $"A successor would go on from step {step.ToString(CultureInfo.InvariantCulture)}.";
            var known = _before.Get(ConditionTypes.Checkpointed);
            var since = known?.Message == message ? known.LastTransitionTime : _before.Progress.ReportTime;
            _conditions.Set(ConditionTypes.Checkpointed, ConditionSet.True, Reasons.CheckpointSaved, message, since);
        }
        else
        {
            _conditions.Set(ConditionTypes.Checkpointed, ConditionSet.False, Reasons.NoCheckpointYet, "No checkpoint has been reported yet.");
        }
    }

    private void Published(PublishedArtifactStatus? artifact, bool ended)
    {
        if (artifact is not null)
        {
            _conditions.Set(
                ConditionTypes.ArtifactPublished, ConditionSet.True, Reasons.Published, $"{artifact.Reference} ({artifact.Digest})");
        }
        else
        {
            _conditions.Set(
                ConditionTypes.ArtifactPublished,
                ConditionSet.False,
                Reasons.NotPublishedYet,
                ended ? "The trainer reported no artifact." : "An artifact is published at the end.");
        }
    }

    private void Summary(string status, string reason, string message)
    {
        _conditions.Set(ConditionTypes.Succeeded, status, reason, message);
        Status.Conditions = _conditions.ToList();
    }

    private void Standing(bool active, bool stalled, string reason, string message)
    {
        _conditions.Set(ConditionTypes.Reconciling, active ? ConditionSet.True : ConditionSet.False, reason, message);
        _conditions.Set(ConditionTypes.Stalled, stalled ? ConditionSet.True : ConditionSet.False, reason, message);
        Status.Conditions = _conditions.ToList();
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
        var published = Status.Artifact is { } artifact ? $"Published {artifact.Name} {artifact.Version}" : "The trainer ended well, but reported no artifact";
        return Status.Figures is { BaseLoss: { } before, AdaptedLoss: { } after }
            ? $"{published}; held-out loss {before} before, {after} after."
            : $"{published}.";
    }
}
