namespace Graft.Api.Planning;

/// <summary>How a trainer ended: <c>result.json</c> in the output folder and the pod's termination message.</summary>
public sealed record RunResult
{
    /// <summary>Kubernetes keeps no more of a termination message.</summary>
    public const int MaximumBytes = 4096;

    /// <summary><c>Succeeded</c>, <c>Failed</c> or <c>Interrupted</c> (stopped after a checkpoint, to go on elsewhere).</summary>
    public required string Outcome { get; init; }

    /// <summary>A condition reason (<see cref="V1Alpha1.Reasons"/>) where the run failed.</summary>
    public string? Reason { get; init; }

    /// <summary>One sentence for people: what went wrong, where, and what to do.</summary>
    public required string Message { get; init; }

    public long Steps { get; init; }

    /// <summary>What a person should know although the run went on; absent where there is nothing.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    public ResultFigures? Figures { get; init; }

    public ResultArtifact? Artifact { get; init; }

    public ResultTracking? Tracking { get; init; }

    /// <summary>How many entries of the run's record MLflow had not taken when the trainer ended; absent where it had all.</summary>
    public long? Undelivered { get; init; }
}

/// <summary>The figures of <see cref="V1Alpha1.RunFigures"/>, as numbers.</summary>
public sealed record ResultFigures
{
    public double? BaseLoss { get; init; }

    public double? AdaptedLoss { get; init; }

    public double? BaseTokenAccuracy { get; init; }

    public double? AdaptedTokenAccuracy { get; init; }

    public double? BaseExactMatch { get; init; }

    public double? AdaptedExactMatch { get; init; }

    public long? TrainableParameters { get; init; }

    public double? TokensPerSecond { get; init; }

    public long? PeakMemoryBytes { get; init; }

    public long? BadRecords { get; init; }

    public long? TruncatedRecords { get; init; }

    public long? TooLongRecords { get; init; }
}

/// <summary>The published artifact; see <see cref="V1Alpha1.PublishedArtifactStatus"/>.</summary>
public sealed record ResultArtifact
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Digest { get; init; }

    public required string Reference { get; init; }
}

/// <summary>The run in MLflow; see <see cref="V1Alpha1.TrackedRunStatus"/>.</summary>
public sealed record ResultTracking
{
    public required string ExperimentId { get; init; }

    public required string RunId { get; init; }

    public required string Uri { get; init; }
}

/// <summary>A trainer's exit codes: what the Job's podFailurePolicy and the local runner decide by.</summary>
public static class TrainerExitCodes
{
    public const int Succeeded = 0;
    public const int Unexpected = 1;
    public const int BadPlan = 2;
    public const int BadData = 3;
    public const int ModelNotLoadable = 4;
    public const int Diverged = 5;

    /// <summary>
    /// The registry was found unreachable or refusing before the training, and nothing was trained: a successor looks again and begins.
    /// </summary>
    public const int PublishFailed = 6;

    /// <summary>
    /// The training was done, but <see cref="PlanPublish.PatienceSeconds"/> are over, or the registry refuses the adapter itself. What was
    /// trained is kept in <see cref="Execution.CheckpointDirectory"/>: where that outlives the pod, a successor of the same plan publishes
    /// the same bytes without training or evaluating again. Where it does not, a successor would train from the beginning, so that none is
    /// started by itself.
    /// </summary>
    public const int TrainedNotPublished = 7;

    /// <summary>Stopped by SIGTERM after a checkpoint; a successor resumes from it.</summary>
    public const int Interrupted = 10;
}
