using Graft.Api.Planning;

namespace Graft.Trainer.Publishing;

/// <summary>What a finished training says beside its files: all that is told of the run when it is published later.</summary>
public sealed record TrainedRecord
{
    /// <summary>The form of records that this trainer writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The form.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The hash of the plan's recipe.</summary>
    public required string PlanHash { get; init; }

    /// <summary>The digest of the folder's files (<see cref="Artifacts.FolderDigest"/>).</summary>
    public required string FilesDigest { get; init; }

    /// <summary>Optimizer steps done.</summary>
    public required int Step { get; init; }

    /// <summary>The last step's loss.</summary>
    public double? LastLoss { get; init; }

    /// <summary>The figures of the result.</summary>
    public required ResultFigures Figures { get; init; }
}
