namespace Graft.Tracking;

/// <summary>What to record a run as, and where.</summary>
public sealed record TrackingOptions
{
    /// <summary>
    /// <c>http(s)://…</c> of an MLflow server, or a folder (path or <c>file:</c> URI) for the <c>mlruns</c> layout. Null takes
    /// <c>MLFLOW_TRACKING_URI</c> from the environment and, where that is unset too, <see cref="Folder"/>.
    /// </summary>
    public string? Uri { get; init; }

    /// <summary>The <c>mlruns</c> folder that is written where no URI is given.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Folder of the spool, which holds what an MLflow server has not acknowledged yet. It must outlive the process, and the
    /// pod if the run can be resumed in another one: beside the checkpoints is the right place.
    /// </summary>
    public required string SpoolFolder { get; init; }

    /// <summary>Name of the experiment. Null takes <c>MLFLOW_EXPERIMENT_NAME</c>, then <c>Default</c>.</summary>
    public string? Experiment { get; init; }

    /// <summary>Name of the run, for people.</summary>
    public required string RunName { get; init; }

    /// <summary>
    /// Identity of the run across processes (the resource's UID and what distinguishes its reruns). A run that carries it in
    /// the tag <see cref="RunTracker.RunUidTag"/> is continued, otherwise one is created.
    /// </summary>
    public required string RunUid { get; init; }

    /// <summary>Tags that the run has from its beginning.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Name for MLflow's user column; null is the user of the process.</summary>
    public string? User { get; init; }

    /// <summary>How long entries are gathered before they are sent together.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long <see cref="IRunTracker.FinishAsync"/> waits for the last delivery. Long enough for a server that restarts,
    /// short enough for a person who sees a finished run.
    /// </summary>
    public TimeSpan FinishTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The same for a run that is interrupted (<see cref="TrackedStatus.Scheduled"/>): the next process delivers what is left,
    /// and this one must end within its pod's grace period.
    /// </summary>
    public TimeSpan InterruptTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told, in a sentence, when something cannot be recorded and when that is over. May be called from any thread.</summary>
    public Action<string>? Notice { get; init; }
}
