namespace Graft.Tracking;

/// <summary>What became of a run's record.</summary>
/// <param name="Run">Where it is.</param>
/// <param name="Undelivered">Entries that are not on the server (yet); 0 when everything arrived.</param>
/// <param name="Problems">
/// What was refused, cut or given up, one sentence each, with the remedy. Not empty does not mean that the run failed.
/// </param>
public sealed record TrackingOutcome(TrackedRun Run, long Undelivered, IReadOnlyList<string> Problems)
{
    /// <summary>Entries that are kept and can still be delivered; the other undelivered ones are lost.</summary>
    public long Waiting { get; init; }

    /// <summary>The run's last status.</summary>
    public TrackedStatus Status { get; init; }

    /// <summary>Whether everything is recorded as it was given.</summary>
    public bool Complete => Undelivered == 0 && Problems.Count == 0;
}
