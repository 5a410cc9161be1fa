using Graft.Trainer.Evaluation;
using Graft.Trainer.Optimization;

namespace Graft.Trainer.Checkpoints;

/// <summary>What a checkpoint says beside its tensors.</summary>
public sealed record CheckpointRecord
{
    /// <summary>
    /// The form of checkpoints that this trainer writes and reads. Form 1 had no digest over the record itself; a run does not go on from
    /// it.
    /// </summary>
    public const int CurrentVersion = 2;

    /// <summary>The form.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The hash of the plan's recipe; a checkpoint of another plan is never used.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Optimizer steps done. With the seed, it also says which records and which dropout come next.</summary>
    public required int Step { get; init; }

    /// <summary>The rule by which the records are ordered (<see cref="Data.Batches.StepPlan.Order"/>); the first did not say so.</summary>
    public int Order { get; init; } = 1;

    /// <summary>Updates that the optimizer's moments have seen.</summary>
    public required int OptimizerUpdates { get; init; }

    /// <summary>Where the loss scale stands; null without one.</summary>
    public LossScaleState? LossScale { get; init; }

    /// <summary>Tokens that went through the model.</summary>
    public required long TokensSeen { get; init; }

    /// <summary>Seconds spent in optimizer steps.</summary>
    public required double TrainingSeconds { get; init; }

    /// <summary>Seconds that measuring all on the held-out records took; 0 where that is not known.</summary>
    public double EvaluationSeconds { get; init; }

    /// <summary>Seconds that measuring the loss on them took; 0 where that is not known.</summary>
    public double LossSeconds { get; init; }

    /// <summary>The last step's loss.</summary>
    public double? LastLoss { get; init; }

    /// <summary>The frozen model's figures, measured before the first step; null where there is nothing to evaluate.</summary>
    public EvaluationFigures? Base { get; init; }

    /// <summary>Threads of libtorch; with others the last bits differ.</summary>
    public required int Threads { get; init; }

    /// <summary>The device, for the same reason.</summary>
    public required string Device { get; init; }

    /// <summary>SHA-256 of each file beside this one, in hexadecimal.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
}
