using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;
using Graft.Operator.Pods;
using Graft.Operator.Runtime;
using Graft.Operator.Status;
using k8s.Models;

namespace Graft.Operator.Inputs;

/// <summary>What is known of a base model or a data set when it is looked at.</summary>
/// <param name="Request">What to inspect.</param>
/// <param name="Jobs">The Jobs that the resource owns.</param>
/// <param name="Pods">Their pods.</param>
/// <param name="Now">The time.</param>
/// <param name="Refusal">Why the API server refused the Job just now.</param>
public sealed record InspectionObservation(
    InspectionRequest Request, IReadOnlyList<V1Job> Jobs, IReadOnlyList<V1Pod> Pods, DateTimeOffset Now, string? Refusal = null);

/// <summary>What to do about a base model or a data set.</summary>
/// <param name="Conditions">The conditions that it should have.</param>
/// <param name="Report">What was found; null where nothing new was.</param>
/// <param name="Create">The Job to create with its plan, if any.</param>
/// <param name="Delete">Jobs of earlier specs.</param>
/// <param name="Events">What to tell once the status is written.</param>
/// <param name="RequeueAfter">When to look again even if nothing changes.</param>
public sealed record InspectionDecision(
    List<V1Condition> Conditions,
    InspectionReport? Report,
    InspectionChildren? Create,
    IReadOnlyList<V1Job> Delete,
    IReadOnlyList<EventNote> Events,
    TimeSpan? RequeueAfter);

/// <summary>
/// Decides about a base model or a data set: inspect it once for each spec, and say what was found. A failed inspection is
/// repeated when its Job is gone, by the Job's own time to live.
/// </summary>
public sealed class InspectionDecider(OperatorOptions options)
{
    private static readonly TimeSpan EndingPause = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions Lenient = new(PlanJson.WireOptions)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>Decides.</summary>
    public InspectionDecision Decide(InspectionObservation observed)
    {
        var request = observed.Request;
        var errors = request.Problems.Where(problem => problem.Severity == Severity.Error).ToList();
        if (errors.Count > 0)
        {
            return Refused(observed, Reasons.InvalidSpec, string.Join("\n", errors));
        }

        if (request.Source!.Path is { } path)
        {
            return Refused(
                observed,
                Reasons.LocalPathInCluster,
                $"The folder {path} is on somebody's computer, where no pod can reach it. Use spec.source.pvc, oci or builtin; `graft run` reads it as it is.");
        }

        var children = InspectionChildren.For(request, options);
        var wanted = children.Job;
        var old = observed.Jobs.Where(job => job.Metadata.Name != wanted.Metadata.Name && job.Metadata.DeletionTimestamp is null).ToList();
        var current = request.Status?.ObservedGeneration == request.Resource.Metadata.Generation ? request.Status.Get(ConditionTypes.Ready) : null;
        if (current?.Status == ConditionSet.True)
        {
            return Decided(observed, ConditionSet.True, current.Reason, current.Message, delete: old);
        }

        if (observed.Jobs.FirstOrDefault(job => job.Metadata.Name == wanted.Metadata.Name) is { } known)
        {
            return Follow(observed, known, old);
        }

        return observed.Refusal is { } refusal
            ? Decided(observed, ConditionSet.False, Reasons.JobCreationFailed, $"The API server refused the Job {wanted.Metadata.Name}: {refusal}", delete: old)
            : Decided(observed, ConditionSet.Unknown, Reasons.Inspecting, TrainerJobView.NoPodYet(wanted), create: children, delete: old);
    }

    private static InspectionDecision Follow(InspectionObservation observed, V1Job job, List<V1Job> old)
    {
        var pods = observed.Pods.Where(pod => Owner.Owns(job, pod)).ToList();
        var view = TrainerJobView.Of(job, pods, startedBefore: false, observed.Now);
        var report = Read(view.FinalWord);
        switch (view.Phase)
        {
            case JobPhase.Succeeded when report is { Digest: { } digest, Error: null }:
                return observed.Request.ExpectedDigest is { } expected && expected != digest
                    ? Decided(
                        observed,
                        ConditionSet.False,
                        Reasons.DigestMismatch,
                        $"The files have the digest {digest}, but spec.digest says {expected}. If the files are the right ones, change spec.digest.",
                        delete: old)
                    : Decided(observed, ConditionSet.True, Reasons.Available, Found(report), report, delete: old);
            case JobPhase.Succeeded or JobPhase.Failed:
                var why = report?.Error ?? (view.Message.Length > 0 ? view.Message : $"The Job {job.Metadata.Name} left no report.");
                var reason = report?.Reason == Reasons.SourceUnavailable ? Reasons.SourceUnavailable : Reasons.InspectionFailed;
                return Decided(observed, ConditionSet.False, reason, why, delete: old);
            default:
                var decision = Decided(observed, ConditionSet.Unknown, Reasons.Inspecting, view.Message, delete: old);
                return decision with { RequeueAfter = view.Phase == JobPhase.Ending ? EndingPause : null };
        }
    }

    private static InspectionDecision Refused(InspectionObservation observed, string reason, string message)
    {
        return Decided(observed, ConditionSet.False, reason, message, delete: [.. observed.Jobs.Where(job => job.Metadata.DeletionTimestamp is null)]);
    }

    private static InspectionDecision Decided(
        InspectionObservation observed,
        string ready,
        string reason,
        string message,
        InspectionReport? report = null,
        InspectionChildren? create = null,
        IReadOnlyList<V1Job>? delete = null)
    {
        var before = observed.Request.Status.Get(ConditionTypes.Ready);
        var conditions = new ConditionSet(
            observed.Request.Status?.Conditions, observed.Request.Resource.Metadata.Generation ?? 0, observed.Now);
        conditions.Set(ConditionTypes.Ready, ready, reason, message);
        conditions.Set(ConditionTypes.Reconciling, ready == ConditionSet.Unknown ? ConditionSet.True : ConditionSet.False, reason, message);
        conditions.Set(ConditionTypes.Stalled, ready == ConditionSet.False ? ConditionSet.True : ConditionSet.False, reason, message);
        var changed = before?.Status != ready || before.Reason != reason;
        var note = new EventNote(ready == ConditionSet.False ? EventNote.Warning : EventNote.Normal, reason, "Inspect", message);
        return new InspectionDecision(conditions.ToList(), report, create, delete ?? [], changed ? [note] : [], null);
    }

    private static string Found(InspectionReport report)
    {
        var bad = report is { BadRecords: > 0 } ? $" {report.BadRecords} lines cannot be read, the first: {report.FirstBadRecord}" : "";
        return $"The files are there and can be read.{bad}";
    }

    private static InspectionReport? Read(string? finalWord)
    {
        try
        {
            return string.IsNullOrWhiteSpace(finalWord) ? null : JsonSerializer.Deserialize<InspectionReport>(finalWord, Lenient);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
