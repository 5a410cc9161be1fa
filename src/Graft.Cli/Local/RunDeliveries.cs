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
    public static async Task<Deliveries> DeliverAsync(RunFolder folder, TimeProvider time, CancellationToken cancellationToken)
    {
        List<string> done = [], missing = [];
        foreach (var record in SpooledRecords.Find(folder.Spool))
        {
            try
            {
                var outcome = await SpooledRecords.DeliverAsync(
                    record, Environment.GetEnvironmentVariable, time, Patience, cancellationToken).ConfigureAwait(false);
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
