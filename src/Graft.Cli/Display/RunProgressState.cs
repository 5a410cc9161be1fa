using System.Globalization;
using Graft.Api.Planning;
using Graft.Cli.Training;

namespace Graft.Cli.Display;

/// <summary>What is known of a run while it goes: the sum of the trainer's events so far.</summary>
public sealed class RunProgressState
{
    private readonly List<string> _warnings = [];

    /// <summary>The last report; before the first one, a trainer that is loading.</summary>
    public ProgressReport Report { get; private set; } = new() { Activity = "Loading" };

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
        switch (trainerEvent.Kind)
        {
            case "started":
                Start = Started(trainerEvent);
                break;
            case "progress":
                Apply(trainerEvent.Progress());
                break;
            case "evaluation":
                ApplyEvaluation(trainerEvent);
                break;
            case "checkpoint":
                CheckpointStep = (long?)trainerEvent.Number("step");
                break;
            case "warning":
                _warnings.Add(trainerEvent.Text("message") ?? "");
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

    private void Apply(ProgressReport report)
    {
        Report = report;
        CheckpointStep = report.CheckpointStep ?? CheckpointStep;
        if (report is { Loss: { } loss, Activity: "Training" })
        {
            Training.Add(report.Step, loss);
        }
    }

    private void ApplyEvaluation(TrainerEvent evaluation)
    {
        if (evaluation.Number("loss") is { } loss)
        {
            HeldOut.Add((long)(evaluation.Number("step") ?? Report.Step), loss);
        }
    }

    private static string Started(TrainerEvent started)
    {
        var resumed = started.Number("resumedFromStep") is > 0 and { } step
            ? string.Create(CultureInfo.InvariantCulture, $"Going on from step {step}. ")
            : "";
        return resumed
            + $"{Count("trainableParameters")} of {Count("baseParameters")} parameters are trained "
            + $"on {Count("trainRecords")} records, {Count("evaluationRecords")} are held out; "
            + $"{started.Text("device")}, {Count("threads")} threads.";

        string Count(string field)
        {
            return Figures.Count(started.Number(field));
        }
    }
}
