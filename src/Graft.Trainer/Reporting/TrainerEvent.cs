using Graft.Api.Planning;

namespace Graft.Trainer.Reporting;

/// <summary>Something that a run tells. Sinks write it as a line of JSON, push it, record it or show it.</summary>
public abstract record TrainerEvent
{
    /// <summary>The event's name in a line of JSON.</summary>
    public abstract string Event { get; }
}

/// <summary>Model and data are loaded; training begins or goes on.</summary>
public sealed record StartedEvent : TrainerEvent
{
    public override string Event => "started";

    public required string PlanHash { get; init; }

    public required int TotalSteps { get; init; }

    /// <summary>The step that a checkpoint brought the run to; 0 without one.</summary>
    public required int ResumedFromStep { get; init; }

    public required long TrainableParameters { get; init; }

    public required long BaseParameters { get; init; }

    public required int TrainRecords { get; init; }

    public required int EvaluationRecords { get; init; }

    public required int BadRecords { get; init; }

    public required int TruncatedRecords { get; init; }

    public required int TooLongRecords { get; init; }

    public required string Device { get; init; }

    public required int Threads { get; init; }

    /// <summary>The first sample as the model sees it, with the trained part between ⟦ and ⟧.</summary>
    public required string FirstSample { get; init; }
}

/// <summary>How far the run is.</summary>
public sealed record ProgressEvent : TrainerEvent
{
    public override string Event => "progress";

    public required string Activity { get; init; }

    /// <summary>What holds the activity up; null where nothing does.</summary>
    public string? Message { get; init; }

    public required int Step { get; init; }

    public required int TotalSteps { get; init; }

    public double? Loss { get; init; }

    public double? LearningRate { get; init; }

    public double? GradientNorm { get; init; }

    public double? TokensPerSecond { get; init; }

    public double? EtaSeconds { get; init; }

    public int? CheckpointStep { get; init; }

    /// <summary>The report that the operator is pushed.</summary>
    public ProgressReport ToReport() => new()
    {
        Activity = Activity,
        Message = Message,
        Step = Step,
        TotalSteps = TotalSteps,
        Loss = Loss,
        LearningRate = LearningRate,
        TokensPerSecond = TokensPerSecond,
        EtaSeconds = EtaSeconds,
        CheckpointStep = CheckpointStep,
    };
}

/// <summary>A model was measured on the held-out records.</summary>
public sealed record EvaluationEvent : TrainerEvent
{
    public override string Event => "evaluation";

    /// <summary><c>base</c> or <c>adapted</c>.</summary>
    public required string Model { get; init; }

    public required int Step { get; init; }

    public required double Loss { get; init; }

    public required double TokenAccuracy { get; init; }

    public double? ExactMatch { get; init; }
}

/// <summary>A checkpoint is on disk.</summary>
public sealed record CheckpointEvent(int Step, string Path) : TrainerEvent
{
    public override string Event => "checkpoint";
}

/// <summary>Something that a person should know, although the run goes on.</summary>
public sealed record WarningEvent(string Message) : TrainerEvent
{
    public override string Event => "warning";
}

/// <summary>The trained part is published.</summary>
public sealed record ArtifactEvent(string Folder, string Name, string Version, string Digest, string Reference) : TrainerEvent
{
    public override string Event => "artifact";
}

/// <summary>The run ended well, or was stopped after a checkpoint.</summary>
public sealed record FinishedEvent(RunResult Result) : TrainerEvent
{
    public override string Event => "finished";
}

/// <summary>The run failed.</summary>
public sealed record FailedEvent(int ExitCode, RunResult Result) : TrainerEvent
{
    public override string Event => "failed";
}
