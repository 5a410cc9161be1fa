using System.Globalization;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Api.V1Alpha1;
using Graft.Common;
using Graft.Operator.Status;

namespace Graft.Operator.Runs;

/// <summary>
/// Turns what a trainer reports into what a run's status shows. The trainer may be of another release: what cannot be is left out or
/// set to the nearest that can.
/// </summary>
public static class ProgressStatus
{
    /// <summary>An estimate beyond this says nothing.</summary>
    private const long LongestEtaSeconds = 10L * 366 * 24 * 3600;

    /// <summary>What the status's schema takes.</summary>
    private const int LongestSummary = 64;

    /// <summary>A report as a status.</summary>
    public static RunProgress Of(ProgressEvent report, DateTimeOffset now)
    {
        var step = Math.Clamp(report.Step, 0, report.TotalSteps > 0 ? report.TotalSteps : long.MaxValue);
        var eta = Whole(report.EtaSeconds) is { } seconds and >= 0 and <= LongestEtaSeconds ? seconds : (long?)null;
        return new RunProgress
        {
            Activity = report.Activity,
            Step = step,
            TotalSteps = report.TotalSteps > 0 ? report.TotalSteps : null,
            Summary = Summary(step, report.TotalSteps, report),
            Loss = Decimal(report.Loss),
            TokensPerSecond = Whole(report.TokensPerSecond) is { } speed and >= 0 and < long.MaxValue ? speed : null,
            EtaSeconds = eta,
            Eta = eta is { } left ? NumberText.Duration(left) : null,
            CheckpointStep = report.CheckpointStep is { } saved ? Math.Max(0, saved) : null,
            ReportTime = ConditionSet.Seconds(now),
        };
    }

    /// <summary>The progress of a run that has ended, from its last report and its result.</summary>
    public static RunProgress? Final(RunProgress? last, RunResult? result)
    {
        if (result is null or { Steps: <= 0 })
        {
            return null;
        }

        var total = result.Outcome == "Succeeded" ? result.Steps : Math.Max(result.Steps, last?.TotalSteps ?? 0);
        return new RunProgress
        {
            Step = result.Steps,
            TotalSteps = total > 0 ? total : null,
            Summary = Summary(result.Steps, total),
        };
    }

    /// <summary>A result's figures as a status.</summary>
    public static RunFigures? Figures(ResultFigures? figures)
    {
        return figures is null ? null : new RunFigures
        {
            BaseLoss = Decimal(figures.BaseLoss),
            AdaptedLoss = Decimal(figures.AdaptedLoss),
            BaseTokenAccuracy = Decimal(figures.BaseTokenAccuracy),
            AdaptedTokenAccuracy = Decimal(figures.AdaptedTokenAccuracy),
            BaseExactMatch = Decimal(figures.BaseExactMatch),
            AdaptedExactMatch = Decimal(figures.AdaptedExactMatch),
            TrainableParameters = figures.TrainableParameters,
            TokensPerSecond = Whole(figures.TokensPerSecond),
            PeakMemoryBytes = figures.PeakMemoryBytes,
            BadRecords = figures.BadRecords,
            TruncatedRecords = figures.TruncatedRecords,
            TooLongRecords = figures.TooLongRecords,
        };
    }

    /// <summary>A published artifact as a status.</summary>
    public static PublishedArtifactStatus? Artifact(ResultArtifact? artifact)
    {
        return artifact is null ? null : new PublishedArtifactStatus
        {
            Name = artifact.Name,
            Version = artifact.Version,
            Digest = artifact.Digest,
            Reference = artifact.Reference,
        };
    }

    /// <summary>A tracked run as a status; nothing for one that was recorded as files, which go with their pod.</summary>
    public static TrackedRunStatus? Tracking(ResultTracking? tracking)
    {
        return tracking is { } run && run.Uri?.StartsWith("http", StringComparison.Ordinal) == true
            ? new TrackedRunStatus { ExperimentId = run.ExperimentId, RunId = run.RunId, Uri = run.Uri }
            : null;
    }

    /// <summary>A tracked run as the status of an ended run: what of its record MLflow does not have, and who delivers it.</summary>
    /// <param name="result">The trainer's result; null where it ended without a word.</param>
    /// <param name="known">What is known already.</param>
    /// <param name="claim">The volume that keeps what is not delivered; null without one.</param>
    public static TrackedRunStatus? Tracking(RunResult? result, TrackedRunStatus? known, string? claim)
    {
        var tracked = Tracking(result?.Tracking) ?? known;
        var missing = (result, claim) switch
        {
            ({ Undelivered: > 0 and var count }, null) =>
                $"{English.Count(count, "entry")} of the record did not reach MLflow and went with the pod: "
                + "spec.checkpoint.claimName names no volume to keep them on.",
            ({ Undelivered: > 0 and var count }, _) =>
                $"{English.Count(count, "entry")} of the record wait for MLflow on the claim {claim}.",
            (null, not null) => $"The trainer ended without a word: what it recorded may wait for MLflow on the claim {claim}.",
            _ => null,
        };
        return missing is null ? tracked : Undelivered(tracked, missing);
    }

    /// <summary>A tracked run of whose record MLflow does not have all.</summary>
    public static TrackedRunStatus Undelivered(TrackedRunStatus? known, string message)
    {
        return new TrackedRunStatus
        {
            ExperimentId = known?.ExperimentId,
            RunId = known?.RunId,
            Uri = known?.Uri,
            Delivered = false,
            Message = message,
        };
    }

    /// <summary>The steps, and while held-out records are measured how many are.</summary>
    private static string Summary(long step, long total, ProgressEvent report)
    {
        var steps = Summary(step, total);
        var measured = report is { Activity: Activities.Evaluating, Part: { Total: { } records, Done: var done } }
            ? $"{steps}, evaluating {done}/{records}"
            : steps;
        return measured.Length <= LongestSummary ? measured : steps;
    }

    private static string Summary(long step, long total)
    {
        return total > 0 ? $"{step}/{total} ({(Int128)100 * step / total}%)" : $"{step}";
    }

    private static string? Decimal(double? value)
    {
        return value is { } number && double.IsFinite(number) ? number.ToString("G5", CultureInfo.InvariantCulture) : null;
    }

    private static long? Whole(double? value)
    {
        return value is { } number && double.IsFinite(number) ? (long)Math.Round(number) : null;
    }
}
