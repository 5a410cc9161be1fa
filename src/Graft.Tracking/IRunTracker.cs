namespace Graft.Tracking;

/// <summary>
/// The record of one training run, as the trainer sees it. Whether it ends in an <c>mlruns</c> folder or on an MLflow server is
/// settled by <see cref="RunTracker.Open"/>. No member blocks on the
/// network or throws because the record cannot be kept; what went wrong is told by <see cref="FinishAsync"/>.
/// All members may be called from any thread.
/// </summary>
public interface IRunTracker : IAsyncDisposable
{
    /// <summary>Where the record is. On an MLflow server the ids are null until the server first answered.</summary>
    TrackedRun Run { get; }

    /// <summary>Records the run's parameters. A parameter that already has another value keeps it, and the outcome says so.</summary>
    void LogParameters(IReadOnlyDictionary<string, string> parameters);

    /// <summary>Sets tags; a later value replaces an earlier one.</summary>
    void SetTags(IReadOnlyDictionary<string, string> tags);

    /// <summary>
    /// Records one point of a curve, stamped with the present time. A point (key, step) that an earlier life of this run
    /// recorded is left out: a resumed run repeats the steps after its checkpoint, and the curve must not.
    /// </summary>
    /// <param name="key">Name such as <c>train/loss</c>. Characters that MLflow refuses become <c>_</c>.</param>
    /// <param name="value">Any double; NaN and the infinities are recorded as such.</param>
    /// <param name="step">Optimizer step, from 0.</param>
    void LogMetric(string key, double value, long step);

    /// <summary>The points of a curve that this and earlier processes of the run recorded here, in that order.</summary>
    /// <param name="key">Its name.</param>
    IReadOnlyList<MetricPoint> Points(string key);

    /// <summary>Records what data the run reads. The same data set, recorded again by a later process, is there once.</summary>
    void LogDataset(TrackedDataset dataset);

    /// <summary>Records a file, or a folder with all files in it. It must stay in place until <see cref="FinishAsync"/> returned.</summary>
    /// <param name="localPath">The file or folder.</param>
    /// <param name="artifactPath">Folder within the run's artifacts to put it in; null is their root.</param>
    void LogArtifact(string localPath, string? artifactPath = null);

    /// <summary>
    /// Records the final status and waits, for <see cref="TrackingOptions.FinishTimeout"/> or
    /// <see cref="TrackingOptions.InterruptTimeout"/> at most, until everything is delivered. Canceling ends the wait early.
    /// Never throws.
    /// </summary>
    Task<TrackingOutcome> FinishAsync(TrackedStatus status, CancellationToken cancellationToken = default);
}
