namespace Graft.Api.Planning;

/// <summary>How far a trainer is: what it prints, pushes to the operator and shows in <c>kubectl get</c>.</summary>
public sealed record ProgressReport
{
    /// <summary>Loading, Evaluating, Training or Publishing.</summary>
    public required string Activity { get; init; }

    /// <summary>What holds the activity up, in a sentence: while publishing is tried again, why it failed last. Absent otherwise.</summary>
    public string? Message { get; init; }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; init; }

    /// <summary>Optimizer steps in all; 0 while that is not known.</summary>
    public long TotalSteps { get; init; }

    /// <summary>The last step's loss per labeled token.</summary>
    public double? Loss { get; init; }

    public double? LearningRate { get; init; }

    public double? TokensPerSecond { get; init; }

    public double? EtaSeconds { get; init; }

    /// <summary>The step of the last checkpoint; null without one.</summary>
    public long? CheckpointStep { get; init; }
}
