using System.Text.Json.Serialization;
using Graft.Api.Planning;

namespace Graft.Api.Reporting;

/// <summary>
/// Something that a run tells: a line of JSON on the trainer's standard output. Nothing in it is required of a reader's side, since the
/// trainer may be of another release.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(StartedEvent), "started")]
[JsonDerivedType(typeof(ProgressEvent), "progress")]
[JsonDerivedType(typeof(EvaluationEvent), "evaluation")]
[JsonDerivedType(typeof(CheckpointEvent), "checkpoint")]
[JsonDerivedType(typeof(WarningEvent), "warning")]
[JsonDerivedType(typeof(ArtifactEvent), "artifact")]
[JsonDerivedType(typeof(FinishedEvent), "finished")]
[JsonDerivedType(typeof(FailedEvent), "failed")]
public abstract record TrainerEvent;

/// <summary>Model and data are loaded; training begins or goes on.</summary>
public sealed record StartedEvent : TrainerEvent
{
    public string PlanHash { get; init; } = "";

    public int TotalSteps { get; init; }

    /// <summary>The step that a checkpoint brought the run to; 0 without one.</summary>
    public int ResumedFromStep { get; init; }

    public long TrainableParameters { get; init; }

    public long BaseParameters { get; init; }

    public int TrainRecords { get; init; }

    public int EvaluationRecords { get; init; }

    public int BadRecords { get; init; }

    public int TruncatedRecords { get; init; }

    public int TooLongRecords { get; init; }

    public string Device { get; init; } = "";

    public int Threads { get; init; }

    /// <summary>The first sample as the model sees it, with the trained part between ⟦ and ⟧.</summary>
    public string FirstSample { get; init; } = "";
}

/// <summary>How far a run is: what a trainer prints, pushes to the operator and shows in <c>kubectl get</c>.</summary>
public sealed record ProgressEvent : TrainerEvent
{
    /// <summary>One of <see cref="Activities"/>.</summary>
    public string Activity { get; init; } = "";

    /// <summary>What holds the activity up, in a sentence: while publishing is tried again, why it failed last. Absent otherwise.</summary>
    public string? Message { get; init; }

    /// <summary>How far the activity itself is; absent while training, whose measure are the steps.</summary>
    public ActivityProgress? Part { get; init; }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; init; }

    /// <summary>Optimizer steps in all; 0 while that is not known.</summary>
    public long TotalSteps { get; init; }

    /// <summary>The last step's loss per labeled token.</summary>
    public double? Loss { get; init; }

    public double? LearningRate { get; init; }

    public double? GradientNorm { get; init; }

    public double? TokensPerSecond { get; init; }

    /// <summary>Seconds until the run is measured to its end; null where that is not known yet.</summary>
    public double? EtaSeconds { get; init; }

    /// <summary>The step of the last checkpoint; null without one.</summary>
    public long? CheckpointStep { get; init; }
}

/// <summary>How far a part of an activity is: one of the things that a trainer does besides training steps.</summary>
public sealed record ActivityProgress
{
    /// <summary>What is done, such as "base model, held-out records".</summary>
    public string What { get; init; } = "";

    /// <summary>How much of it is done.</summary>
    public long Done { get; init; }

    /// <summary>How much there is; null where that is not known.</summary>
    public long? Total { get; init; }

    /// <summary>Whether bytes are counted.</summary>
    public bool IsBytes { get; init; }

    /// <summary>Seconds until all of it is done; null where that is not known yet.</summary>
    public double? SecondsLeft { get; init; }
}

/// <summary>What a trainer does.</summary>
public static class Activities
{
    public const string Loading = "Loading";
    public const string Evaluating = "Evaluating";
    public const string Training = "Training";
    public const string Publishing = "Publishing";
}

/// <summary>A model was measured on the held-out records.</summary>
public sealed record EvaluationEvent : TrainerEvent
{
    /// <summary>Without what is trained.</summary>
    public const string Base = "base";

    /// <summary>With it.</summary>
    public const string Adapted = "adapted";

    /// <summary><see cref="Base"/> or <see cref="Adapted"/>.</summary>
    public string Model { get; init; } = "";

    public int Step { get; init; }

    public double Loss { get; init; }

    public double TokenAccuracy { get; init; }

    public double? ExactMatch { get; init; }
}

/// <summary>A checkpoint is on disk.</summary>
public sealed record CheckpointEvent(int Step, string Path) : TrainerEvent;

/// <summary>Something that a person should know, although the run goes on.</summary>
public sealed record WarningEvent(string Message) : TrainerEvent;

/// <summary>The trained part is published.</summary>
public sealed record ArtifactEvent(string Folder, string Name, string Version, string Digest, string Reference) : TrainerEvent;

/// <summary>The run ended well, or was stopped after a checkpoint.</summary>
public sealed record FinishedEvent(RunResult Result) : TrainerEvent;

/// <summary>The run failed.</summary>
public sealed record FailedEvent(int ExitCode, RunResult Result) : TrainerEvent;
