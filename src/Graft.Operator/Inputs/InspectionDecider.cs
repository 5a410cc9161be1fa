using System.Globalization;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Operator.Pods;
using Graft.Operator.Policy;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Inputs;

/// <summary>
/// Decides about a base model or a data set: inspect what its spec names once, say what was found, and repeat a failed inspection where
/// that may help. Everything is decided from the spec, the status and the Jobs: the status is the memory, Jobs may be gone.
/// </summary>
public sealed class InspectionDecider(OperatorOptions options)
{
    /// <summary>How long a Job that was just created may be missing in the cache.</summary>
    public static readonly TimeSpan CachePatience = TimeSpan.FromSeconds(5);

    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    private const int LongestProblem = 4000;

    /// <summary>Decides.</summary>
    public InspectionDecision Decide(InspectionObservation observed)
    {
        var decision = DecideAlone(observed);
        var known = observed.Request.Status?.Inspection;
        return known?.EndTime is not null
            && Find(observed, known.JobName) is { Spec.TtlSecondsAfterFinished: null } ended
            && !decision.Delete.Contains(ended)
            ? decision with { Expire = ended }
            : decision;
    }

    private InspectionDecision DecideAlone(InspectionObservation observed)
    {
        var request = observed.Request;
        if (observed.Trouble is { } trouble)
        {
            return Decided(observed, ConditionSet.False, trouble.Reason, ReportText.Plain(trouble.Message, LongestProblem),
                request.Status?.Inspection);
        }

        var errors = request.Problems.Where(problem => problem.Severity == Severity.Error).ToList();
        if (errors.Count > 0)
        {
            return Refused(observed, Reasons.InvalidSpec, string.Join("\n", errors));
        }

        if (InstallationPolicy.Of(options).Check(request.Demand) is { Count: > 0 } refused)
        {
            return Refused(observed, Reasons.NotAllowed, string.Join("\n", refused));
        }

        if (request.Source!.Path is { } path)
        {
            return Refused(
                observed,
                Reasons.LocalPathInCluster,
                $"The folder {path} is on somebody's computer, where no pod can reach it. Use spec.source.pvc, oci or builtin; `graft run` reads it as it is.");
        }

        var memory = InspectionMemory.Of(request);
        var next = InspectionChildren.For(request, options, (memory?.Number ?? 0) + 1);
        // A status of an earlier release does not say what was read; it is believed.
        var same = memory?.Request is null ? memory is not null : memory.Request == next.Request;
        if (same && memory!.State == Succeeded && request.Status?.Digest is { } found)
        {
            if (request.ExpectedDigest is null || request.ExpectedDigest == found)
            {
                return Keep(observed, memory, next);
            }

            if (memory.ExpectedDigest == request.ExpectedDigest && !InspectionMemory.IsDeletedByHand(memory, observed))
            {
                return Mismatch(observed, memory, found);
            }
        }
        else if (same && memory!.Settings == next.Settings && memory.ExpectedDigest == request.ExpectedDigest)
        {
            return memory.State switch
            {
                Running => FollowOrReplace(observed, memory, next),
                Failed => RepeatWhenDue(observed, memory, next),
                _ => Start(observed, next, failures: 0),
            };
        }

        return Start(observed, next, failures: 0);
    }

    private static InspectionDecision Start(InspectionObservation observed, InspectionChildren next, int failures)
    {
        var memory = new InspectionStatus
        {
            Number = (observed.Request.Status?.Inspection?.Number ?? 0) + 1,
            Failures = failures,
            State = Running,
            JobName = next.Job.Metadata.Name,
            StartTime = ConditionSet.Seconds(observed.Now),
            Rerun = observed.Request.Rerun,
            ExpectedDigest = observed.Request.ExpectedDigest,
            Request = next.Request,
            Settings = next.Settings,
        };
        if (Find(observed, memory.JobName) is { } known)
        {
            // It was created, and then the operator ended before it could say so.
            return Follow(observed, memory, known);
        }

        return Decided(observed, ConditionSet.Unknown, Reasons.Inspecting, TrainerJobView.NoPodYet(next.Job), memory) with
        {
            Create = next,
            Delete = Others(observed, memory.JobName),
        };
    }

    private static InspectionDecision FollowOrReplace(InspectionObservation observed, InspectionStatus memory, InspectionChildren next)
    {
        if (Find(observed, memory.JobName) is { } job)
        {
            return Follow(observed, memory, job);
        }

        var failures = memory.Failures ?? 0;
        var due = InspectionMemory.Time(memory.StartTime, observed.Now) + InspectionFailure.PauseAfterLoss(failures);
        if (due <= observed.Now)
        {
            return Start(observed, next, failures + 1);
        }

        var message = $"The Job {memory.JobName} is gone and had not ended; another one follows at {Clock(due)}.";
        return Decided(
            observed, ConditionSet.Unknown, Reasons.Inspecting, failures < 2 ? TrainerJobView.NoPodYet(next.Job) : message, memory) with
        {
            Delete = Others(observed, memory.JobName),
            RequeueAfter = due - observed.Now,
        };
    }

    private static InspectionDecision Follow(InspectionObservation observed, InspectionStatus memory, V1Job job)
    {
        var pods = observed.Pods.Where(pod => Owner.Owns(job, pod)).ToList();
        var view = TrainerJobView.Of(job, pods, observed.Events, startedBefore: false, observed.Now);
        var decision = view.Phase switch
        {
            JobPhase.Succeeded or JobPhase.Failed => Ended(observed, memory, job, view),
            JobPhase.Queued or JobPhase.Preempted => Decided(observed, ConditionSet.Unknown, Reasons.Queued, view.Message, memory),
            JobPhase.Suspended => Decided(observed, ConditionSet.Unknown, Reasons.Suspended, view.Message, memory),
            _ =>
                Decided(observed, ConditionSet.Unknown, view.Stalled ? view.Reason : Reasons.Inspecting, view.Message, memory, view.Stalled)
                with
                { RequeueAfter = view.RecheckAfter },
        };
        return decision with { Delete = Others(observed, memory.JobName) };
    }

    private static InspectionDecision Ended(InspectionObservation observed, InspectionStatus memory, V1Job job, TrainerJobView view)
    {
        var report = InspectionReports.Read(view.FinalWord);
        var ended = InspectionMemory.Copy(memory);
        ended.EndTime = view.Ended is { } end && end < observed.Now.UtcDateTime ? end : ConditionSet.Seconds(observed.Now);
        if (view.Phase == JobPhase.Succeeded && report is { Digest: { } digest, Error: null })
        {
            (ended.State, ended.Failures) = (Succeeded, 0);
            var bad = report.BadRecords > 0 ? $" {report.BadRecords} lines cannot be read, the first: {report.FirstBadRecord}" : "";
            var decision = observed.Request.ExpectedDigest is { } expected && expected != digest
                ? Mismatch(observed, ended, digest)
                : Decided(observed, ConditionSet.True, Reasons.Available, $"The files are there and can be read.{bad}", ended);
            return decision with { Report = report };
        }

        var failure = InspectionFailure.Of(job.Metadata.Name, view, report);
        (ended.State, ended.Failures) = (Failed, (memory.Failures ?? 0) + 1);
        var again = failure.Pause(ended.Failures.Value) is { } pause
            ? new DateTimeOffset(ended.EndTime.Value) + pause
            : (DateTimeOffset?)null;
        ended.NextTime = again?.UtcDateTime;
        var outlook = again is { } at
            ? $"The next attempt is at {Clock(at)}."
            : "It is not repeated until the spec is changed; a new value of spec.rerun asks for it.";
        return Decided(observed, ConditionSet.False, failure.Reason, $"{failure.Message} {outlook}", ended) with
        {
            RequeueAfter = again - observed.Now,
        };
    }

    private static InspectionDecision RepeatWhenDue(InspectionObservation observed, InspectionStatus memory, InspectionChildren next)
    {
        var before = observed.Request.Status.Get(ConditionTypes.Ready);
        DateTimeOffset? due = memory.NextTime is { } time ? InspectionMemory.Time(time, observed.Now) : null;
        if (due <= observed.Now || InspectionMemory.IsDeletedByHand(memory, observed)
            || before is not
            {
                Status: ConditionSet.False, Reason: Reasons.InspectionFailed or Reasons.SourceUnavailable or Reasons
                .OutOfMemory
            })
        {
            // In the last case something else went wrong since: whether the failure still stands is not known.
            return Start(observed, next, memory.Failures ?? 0);
        }

        return Decided(observed, ConditionSet.False, before.Reason, before.Message, memory) with
        {
            Delete = Others(observed, memory.JobName),
            RequeueAfter = due - observed.Now,
        };
    }

    private static InspectionDecision Keep(InspectionObservation observed, InspectionStatus memory, InspectionChildren next)
    {
        var known = InspectionMemory.Copy(memory);
        known.Request ??= next.Request;
        known.ExpectedDigest = observed.Request.ExpectedDigest;
        var message = observed.Request.Status.Get(ConditionTypes.Ready) is { Reason: Reasons.Available } ready
            ? ready.Message
            : "The files are there and can be read.";
        return Decided(observed, ConditionSet.True, Reasons.Available, message, known) with { Delete = Others(observed, memory.JobName) };
    }

    private static InspectionDecision Mismatch(InspectionObservation observed, InspectionStatus memory, string found)
    {
        return Decided(
            observed,
            ConditionSet.False,
            Reasons.DigestMismatch,
            $"The files have the digest {found}, but spec.digest says {observed.Request.ExpectedDigest}. If the files are the right ones, "
                + "change spec.digest; if they are mended, set a new value of spec.rerun.",
            memory) with
        { Delete = Others(observed, memory.JobName) };
    }

    private static InspectionDecision Refused(InspectionObservation observed, string reason, string message)
    {
        // What was found stays known; a failure of another spec tells nothing about the next.
        var memory = observed.Request.Status?.Inspection;
        var kept = memory?.State == Succeeded ? memory : memory is null ? null : new InspectionStatus { Number = memory.Number };
        return Decided(
            observed, ConditionSet.False, reason, message.Length <= LongestProblem ? message : message[..LongestProblem] + "…", kept) with
        {
            Delete = Others(observed, null),
        };
    }

    private static InspectionDecision Decided(
        InspectionObservation observed, string ready, string reason, string message, InspectionStatus? memory, bool stalled = false)
    {
        var before = observed.Request.Status.Get(ConditionTypes.Ready);
        var conditions = new ConditionSet(
            observed.Request.Status?.Conditions, observed.Request.Resource.Metadata.Generation ?? 0, observed.Now);
        conditions.Set(ConditionTypes.Ready, ready, reason, message);
        conditions.Set(ConditionTypes.Reconciling, ready == ConditionSet.Unknown && !stalled
            ? ConditionSet.True
            : ConditionSet.False, reason, message);
        conditions.Set(
            ConditionTypes.Stalled, ready == ConditionSet.False || stalled ? ConditionSet.True : ConditionSet.False, reason, message);
        var changed = before?.Status != ready || before.Reason != reason;
        var note = new EventNote(ready == ConditionSet.False || stalled ? EventNote.Warning : EventNote.Normal, reason, "Inspect", message);
        return new InspectionDecision(conditions.ToList(), memory) { Events = changed ? [note] : [] };
    }

    private static V1Job? Find(InspectionObservation observed, string? name)
    {
        return observed.Jobs.FirstOrDefault(job => job.Metadata.Name == name && job.Metadata.DeletionTimestamp is null);
    }

    private static List<V1Job> Others(InspectionObservation observed, string? name)
    {
        return [.. observed.Jobs.Where(job => job.Metadata.Name != name && job.Metadata.DeletionTimestamp is null)];
    }

    private static string Clock(DateTimeOffset time)
    {
        return time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
    }
}
