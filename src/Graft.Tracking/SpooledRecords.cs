using Graft.Tracking.Rest;
using Graft.Tracking.Spool;

namespace Graft.Tracking;

/// <summary>The part of a run's record that an MLflow server has not taken yet.</summary>
/// <param name="SpoolFile">The file that it waits in.</param>
/// <param name="Server">The server that it is for; null where the spool does not say, as those of earlier releases do not.</param>
/// <param name="Entries">How many entries wait.</param>
public sealed record WaitingRecord(string SpoolFile, string? Server, long Entries);

/// <summary>
/// Delivers what waits in a spool without the process that recorded it: after the run's end, and after a kill. Each entry arrives once,
/// whoever delivers it.
/// </summary>
public static class SpooledRecords
{
    /// <summary>What waits in the spools of a folder; nothing where there is no folder. A run that goes on may be writing there.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<WaitingRecord> Find(string spoolFolder)
    {
        return !Directory.Exists(spoolFolder)
            ? []
            : [.. Directory.EnumerateFiles(spoolFolder, "*.jsonl").Order(StringComparer.Ordinal)
                .Select(file => new WaitingRecord(file, SpooledRun.Read(file)?.Server, EventSpool.CountWaiting(file)))
                .Where(record => record.Entries > 0)];
    }

    /// <summary>Delivers what waits, and closes the record of a run whose process died: nobody else would.</summary>
    /// <param name="record">What to deliver.</param>
    /// <param name="end">How the record of a run ends that did not say so itself.</param>
    /// <param name="environment">Reads an environment variable: credentials are taken from there.</param>
    /// <param name="time">Source of time stamps.</param>
    /// <param name="patience">How long to try.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Where the record is and what is still missing.</returns>
    /// <exception cref="TrackingException">The spool is in use, or does not say what it is of.</exception>
    public static async Task<TrackingOutcome> DeliverAsync(
        WaitingRecord record,
        TrackedStatus end,
        Func<string, string?> environment,
        TimeProvider time,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        var run = SpooledRun.Read(record.SpoolFile) ?? throw new TrackingException(
            $"'{record.SpoolFile}' does not say which run and server it is for ({SpooledRun.FileOf(record.SpoolFile)} is missing or damaged); "
            + "the run itself, repeated, delivers it.");
        var options = new TrackingOptions
        {
            Folder = "",
            SpoolFolder = Path.GetDirectoryName(record.SpoolFile)!,
            Experiment = run.Experiment,
            RunName = run.RunName,
            RunUid = run.RunUid,
            User = run.User,
        };
        await using var tracker = RestRunTracker.Reopen(
            options, MlflowSettings.FromEnvironment(new Uri(run.Server), environment), time);
        return await tracker.DeliverAsync(end, patience, cancellationToken).ConfigureAwait(false);
    }
}
