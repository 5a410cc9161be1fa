using Graft.Data.Samples;
using Graft.Trainer.Evaluation;

namespace Graft.Trainer.Publishing;

/// <summary>
/// A finished run's figures that depend on the recipe alone: they are published beside the weights, so no time and no memory is among
/// them, or the same run would make another version each time.
/// </summary>
public sealed record PublishedFigures
{
    public required int Steps { get; init; }

    public required long TokensSeen { get; init; }

    public required double? FinalTrainingLoss { get; init; }

    public required EvaluationFigures? Base { get; init; }

    public required EvaluationFigures? Adapted { get; init; }

    public required long TrainableParameters { get; init; }

    public required long BaseParameters { get; init; }

    public required SampleCounts TrainRecords { get; init; }

    public required SampleCounts? EvaluationRecords { get; init; }
}
