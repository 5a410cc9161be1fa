using Graft.Api.Reporting;
using Graft.Programs.Charts;

namespace Graft.Cli.Display;

/// <summary>What is known of a run while it goes: the sum of the trainer's events so far.</summary>
public sealed class RunProgressState
{
    private readonly List<string> _warnings = [];

    /// <summary>The last report; before the first one, a trainer that is loading.</summary>
    public ProgressEvent Report { get; private set; } = new() { Activity = Activities.Loading };

    public LossHistory Training { get; } = new();

    public LossHistory HeldOut { get; } = new();

    /// <summary>The step of the last checkpoint that was saved or gone on from.</summary>
    public long? CheckpointStep { get; private set; }

    /// <summary>What the trainer has loaded, in a sentence; null before it has.</summary>
    public string? Start { get; private set; }

    /// <summary>What a person should know although the run goes on.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Takes in an event.</summary>
    public void Apply(TrainerEvent trainerEvent)
    {
        switch (trainerEvent)
        {
            case StartedEvent started:
                Start = EventText.Of(started);
                break;
            case ProgressEvent progress:
                Apply(progress);
                break;
            case EvaluationEvent evaluation when double.IsFinite(evaluation.Loss):
                HeldOut.Add(evaluation.Step, evaluation.Loss);
                break;
            case CheckpointEvent checkpoint:
                CheckpointStep = checkpoint.Step;
                break;
            case WarningEvent warning:
                _warnings.Add(warning.Message);
                break;
            default:
                break;
        }
    }

    /// <summary>Takes in events of the past.</summary>
    public void ApplyAll(IEnumerable<TrainerEvent> events)
    {
        foreach (var trainerEvent in events)
        {
            Apply(trainerEvent);
        }
    }

    private void Apply(ProgressEvent report)
    {
        Report = report;
        CheckpointStep = report.CheckpointStep ?? CheckpointStep;
        if (report is { Loss: { } loss, Activity: Activities.Training } && double.IsFinite(loss))
        {
            Training.Add(report.Step, loss);
        }
    }
}
