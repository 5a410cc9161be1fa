using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Common;
using Graft.Tracking;

namespace Graft.Trainer.Running;

/// <summary>
/// <c>graft-trainer deliver</c>: brings to MLflow what it had not taken when a run ended, without the process that recorded it, and says
/// how that ended.
/// </summary>
/// <param name="log">Words for people.</param>
/// <param name="environment">Reads an environment variable: credentials are taken from there.</param>
/// <param name="time">Measures time.</param>
public sealed class DeliveryProgram(TextWriter log, Func<string, string?> environment, TimeProvider time)
{
    /// <summary>Delivers.</summary>
    /// <param name="spoolFolder">What waits.</param>
    /// <param name="terminationMessagePath">Where the result is written for Kubernetes; nowhere without it.</param>
    /// <param name="patience">How long a server that does not answer is tried.</param>
    /// <param name="stop">Ends it early; what is delivered by then is not delivered again.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string spoolFolder, string? terminationMessagePath, TimeSpan patience, CancellationToken stop)
    {
        var (exitCode, result) = await DeliverAsync(spoolFolder, patience, stop).ConfigureAwait(false);
        await log.WriteLineAsync(result.Message).ConfigureAwait(false);
        if (terminationMessagePath is not null)
        {
            ResultFiles.WriteTerminationMessage(terminationMessagePath, result, log);
        }

        return exitCode;
    }

    private async Task<(int ExitCode, RunResult Result)> DeliverAsync(string folder, TimeSpan patience, CancellationToken stop)
    {
        ResultTracking? tracking = null;
        var (delivered, problems) = (0L, new List<string>());
        try
        {
            foreach (var record in SpooledRecords.Find(folder))
            {
                var server = record.Server is { } address ? $"MLflow at {address}" : "MLflow";
                await log.WriteLineAsync($"{English.Count(record.Entries, "entry")} of the record for {server}.").ConfigureAwait(false);
                // The run has ended: one that was killed before it could say how has failed.
                var outcome = await SpooledRecords.DeliverAsync(record, TrackedStatus.Failed, environment, time, patience, stop)
                    .ConfigureAwait(false);
                tracking = Trackers.Result(outcome.Run);
                delivered += record.Entries - outcome.Waiting;
                problems.AddRange(outcome.Waiting > 0 ? outcome.Problems : []);
            }
        }
        catch (Exception error) when (error is TrackingException || FileFaults.Is(error))
        {
            problems.Add(error.Message);
        }

        var done = delivered == 0 ? "Nothing of the record waits." : $"Delivered {English.Count(delivered, "entry")} to MLflow.";
        return problems.Count == 0
            ? (TrainerExitCodes.Succeeded, Result("Succeeded", done))
            : stop.IsCancellationRequested
                ? (TrainerExitCodes.Interrupted, Result("Interrupted", string.Join(" ", problems)))
                : (TrainerExitCodes.Unexpected, Result("Failed", string.Join(" ", problems)) with { Reason = Reasons.Failed });

        RunResult Result(string outcome, string message) => new() { Outcome = outcome, Message = message, Tracking = tracking };
    }
}
