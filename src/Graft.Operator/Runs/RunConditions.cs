using System.Globalization;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>Says in the conditions of a run what was observed: one method for each condition, with its reason and sentence.</summary>
internal sealed class RunConditions
{
    private readonly IRunResource _run;
    private readonly TrainingRunStatus? _before;
    private readonly TrainingRunStatus _status;
    private readonly ConditionSet _conditions;

    /// <param name="run">The run as it is.</param>
    /// <param name="before">What its status says of the same plan; null where it says nothing.</param>
    /// <param name="status">The status that gets the conditions.</param>
    /// <param name="now">The time.</param>
    public RunConditions(IRunResource run, TrainingRunStatus? before, TrainingRunStatus status, DateTimeOffset now)
    {
        _run = run;
        _before = before;
        _status = status;
        _conditions = new ConditionSet(run.Status?.Conditions, run.Metadata.Generation ?? 0, now);
    }

    private bool HasQueue => _run.Metadata.Labels?.ContainsKey(GraftApi.KueueQueueLabel) == true;

    /// <summary>What is to be said of the spec.</summary>
    public void Accept(Acceptance acceptance)
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

    /// <summary>The run cannot be planned.</summary>
    public void NotAccepted(string reason, string message)
    {
        _conditions.Set(ConditionTypes.Accepted, ConditionSet.False, reason, message);
    }

    /// <summary>What was seen of a queue at the Job; of an ended run what was seen before.</summary>
    public void Quota(V1Job? job = null, IReadOnlyList<V1Pod>? pods = null)
    {
        var known = _before.Get(ConditionTypes.QuotaReserved);
        var isKnown = known is { Status: ConditionSet.True or ConditionSet.False } && _before?.JobName == _status.JobName;
        var (status, reason, message) = (job is null ? (QueueSeen?)null : QueueReading.Of(job, pods ?? [], isKnown), HasQueue) switch
        {
            (null, _) when isKnown && _status.CompletionTime is not null => (known!.Status, known.Reason, known.Message),
            (null, true) => (ConditionSet.Unknown, Reasons.Pending, "The queue has not seen the run's Job yet."),
            (null, false) or (QueueSeen.NotAsked, false) =>
                (ConditionSet.Unknown, Reasons.NoQueue, $"The run has no label {GraftApi.KueueQueueLabel}."),
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

    /// <summary>A pod of the run is at work.</summary>
    public void Running(string message)
    {
        _conditions.Set(ConditionTypes.Running, ConditionSet.True, Reasons.Running, message);
    }

    /// <summary>No pod of the run is at work.</summary>
    public void NotRunning(string message)
    {
        _conditions.Set(ConditionTypes.Running, ConditionSet.False, Reasons.PodNotRunning, message);
    }

    /// <summary>Where a successor would begin.</summary>
    public void Checkpointed()
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
            _conditions.Set(
                ConditionTypes.Checkpointed, ConditionSet.False, Reasons.NoCheckpointYet, "No checkpoint has been reported yet.");
        }
    }

    /// <summary>Where the adapter is; null where none is published.</summary>
    public void Published(PublishedArtifactStatus? artifact, bool ended)
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

    /// <summary>The adapter is not where the spec wants it.</summary>
    public void NotPublished(string reason, string message)
    {
        _conditions.Set(ConditionTypes.ArtifactPublished, ConditionSet.False, reason, message);
    }

    /// <summary><see cref="ConditionTypes.Succeeded"/>: how the run ended, or what it does until then.</summary>
    public void Summary(string status, string reason, string message)
    {
        _conditions.Set(ConditionTypes.Succeeded, status, reason, message);
        _status.Conditions = _conditions.ToList();
    }

    /// <summary>The two by which kstatus and Argo CD tell what is still moving from what needs somebody.</summary>
    public void Standing(bool active, bool stalled, string reason, string message)
    {
        _conditions.Set(ConditionTypes.Reconciling, active ? ConditionSet.True : ConditionSet.False, reason, message);
        _conditions.Set(ConditionTypes.Stalled, stalled ? ConditionSet.True : ConditionSet.False, reason, message);
        _status.Conditions = _conditions.ToList();
    }
}
