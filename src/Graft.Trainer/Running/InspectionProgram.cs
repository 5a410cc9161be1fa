using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Artifacts;
using Graft.Artifacts.Registry;
using Graft.Trainer.Failures;

namespace Graft.Trainer.Running;

/// <summary><c>graft-trainer inspect</c>: fetches the files where they are far, reads them, and reports, however it ends.</summary>
internal static class InspectionProgram
{
    /// <summary>The longest text in a report: what is wrong and where, not what the files hold.</summary>
    private const int LongestText = 1000;

    /// <summary>Reads what a plan asks for.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="selfContained">See <see cref="Inspection.Of"/>.</param>
    /// <param name="log">Words for people.</param>
    /// <param name="cancellationToken">Ends a transfer.</param>
    public static async Task<(int ExitCode, InspectionReport Report)> RunAsync(
        InspectionPlan plan, bool selfContained, TextWriter log, CancellationToken cancellationToken)
    {
        var (exitCode, report) = await InspectAsync(plan, selfContained, log, cancellationToken).ConfigureAwait(false);
        report = Fit(report);
        if (plan.TerminationMessagePath is { } path)
        {
            // A device file in a pod: written in place.
            await File.WriteAllBytesAsync(path, Serialize(report), cancellationToken).ConfigureAwait(false);
        }

        return (exitCode, report);
    }

    private static async Task<(int ExitCode, InspectionReport Report)> InspectAsync(
        InspectionPlan plan, bool selfContained, TextWriter log, CancellationToken cancellationToken)
    {
        try
        {
            await RunInputs.FetchAsync(plan.Input, new RegistryOptions(), cancellationToken).ConfigureAwait(false);
            return (TrainerExitCodes.Succeeded, Inspection.Of(plan, selfContained));
        }
        catch (ArtifactException error)
        {
            await log.WriteLineAsync(error.Message).ConfigureAwait(false);
            return (TrainerExitCodes.Unexpected, new InspectionReport { Reason = Reasons.SourceUnavailable, Error = error.Message });
        }
#pragma warning disable CA1031 // The report says what is wrong, whatever it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var failure = TrainerFailure.From(error);
            await log.WriteLineAsync(failure.IsExplained ? failure.Message : error.ToString()).ConfigureAwait(false);
            return (failure.ExitCode, new InspectionReport { Reason = failure.Reason, Error = failure.Message });
        }
    }

    /// <summary>The report within the size that Kubernetes keeps: half a document could not be read by anybody.</summary>
    private static InspectionReport Fit(InspectionReport report)
    {
        var longest = LongestText;
        InspectionReport fitting;
        do
        {
            fitting = report with
            {
                Architecture = Cut(report.Architecture),
                FirstBadRecord = Cut(report.FirstBadRecord),
                Error = Cut(report.Error),
            };
            longest /= 2;
        }
        while (Serialize(fitting).Length > InspectionReport.MaximumBytes && longest > 0);
        return fitting;

        string? Cut(string? text) => text is null ? null : ReportText.Plain(text, longest);
    }

    private static byte[] Serialize(InspectionReport report) => JsonSerializer.SerializeToUtf8Bytes(report, PlanJson.WireOptions);
}
