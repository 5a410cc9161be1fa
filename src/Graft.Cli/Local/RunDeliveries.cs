using Graft.Tracking;

namespace Graft.Cli.Local;

/// <summary>What of a run's record came to MLflow after the run's end, and what is still missing.</summary>
/// <param name="Done">What was delivered, a phrase for each record.</param>
/// <param name="Missing">What still waits and why, a sentence for each record.</param>
public sealed record Deliveries(IReadOnlyList<string> Done, IReadOnlyList<string> Missing);

/// <summary>Delivers what an MLflow server had not taken when a run's trainer ended.</summary>
public static class RunDeliveries
{
    private const string Remedy = "`graft run` again or `graft sync` delivers them";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>What waits, without an attempt to deliver it.</summary>
    public static IReadOnlyList<string> Missing(RunFolder folder) =>
        [.. SpooledRecords.Find(folder.Spool).Select(record => $"{record.Entries} entries of the record wait for {Server(record)}; {Remedy}.")];

    /// <summary>Delivers what waits.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="tell">Told what is being delivered: a server that does not answer takes a while.</param>
    /// <param name="time">Measures how long to try.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<Deliveries> DeliverAsync(
        RunFolder folder, Action<string> tell, TimeProvider time, CancellationToken cancellationToken)
    {
        List<string> done = [], missing = [];
        foreach (var record in SpooledRecords.Find(folder.Spool))
        {
            tell($"{record.Entries} entries of the record go to {Server(record)}, for up to {Patience.TotalSeconds:0} s.");
            try
            {
                var outcome = await SpooledRecords.DeliverAsync(
                    record, TrackedStatus.Scheduled, Environment.GetEnvironmentVariable, time, Patience, cancellationToken)
                    .ConfigureAwait(false);
                var delivered = record.Entries - outcome.Waiting;
                if (delivered > 0)
                {
                    done.Add($"{delivered} entries delivered to {Server(record)}, status {outcome.Status.ToString().ToUpperInvariant()}");
                }

                missing.AddRange(outcome.Problems);
            }
            catch (TrackingException error)
            {
                missing.Add($"{record.Entries} entries of the record wait for {Server(record)}: {error.Message}");
            }
        }

        return new Deliveries(done, missing);
    }

    private static string Server(WaitingRecord record) => record.Server is { } server ? $"MLflow at {server}" : "MLflow";
}
