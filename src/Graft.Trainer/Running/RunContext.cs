using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Data.Batches;
using Graft.Trainer.Checkpoints;
using Graft.Trainer.Evaluation;
using Graft.Trainer.Reporting;
using Graft.Trainer.Training;
using static TorchSharp.torch;

namespace Graft.Trainer.Running;

/// <summary>What one run is and knows while it is carried out, apart from the process that it shares with others.</summary>
/// <param name="plan">The plan.</param>
/// <param name="host">What the runs of this process share.</param>
/// <param name="events">Told of everything.</param>
/// <param name="time">Measures time.</param>
public sealed class RunContext(RunPlan plan, RunHost host, IEventSink events, TimeProvider time)
{
    private const int MostWarnings = 10;

    private readonly List<string> _warnings = [];

    /// <summary>The plan.</summary>
    public RunPlan Plan { get; } = plan;

    /// <summary>What names what it computes.</summary>
    public string PlanHash { get; } = RecipeHash.Of(plan.Recipe);

    /// <summary>What the runs of this process share.</summary>
    public RunHost Host { get; } = host;

    /// <summary>Measures time.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Where the trained part is once the run is done.</summary>
    public string TrainedPath { get; } = Path.Combine(plan.Execution.OutputDirectory, TrainingRun.TrainedFolderName);

    /// <summary>The device.</summary>
    /// <exception cref="InvalidOperationException">It has not been looked for yet: libtorch may not be loaded before its threads are
    /// set.</exception>
    public Device Device
    {
        get => field ?? throw new InvalidOperationException("the run is not prepared yet");
        internal set;
    }

    /// <summary>How fast it is.</summary>
    internal Pace Pace { get; set; } = new();

    /// <summary>How the model does without what is trained; null where that is not known yet.</summary>
    public EvaluationFigures? Base { get; internal set; }

    /// <summary>The step of the newest checkpoint on disk.</summary>
    public int? CheckpointStep { get; internal set; }

    /// <summary>Optimizer steps done.</summary>
    public int Step { get; internal set; }

    /// <summary>Optimizer steps in all; 0 before the run is loaded.</summary>
    public int TotalSteps { get; internal set; }

    /// <summary>The last step's loss; null before the first one.</summary>
    public double? LastLoss { get; private set; }

    /// <summary>What is known so far; for the result, however the run ends.</summary>
    public ResultFigures Figures { get; internal set; } = new();

    /// <summary>Tells an event.</summary>
    public void Tell(TrainerEvent told) => events.Take(told);

    /// <summary>What was told that a person should know, for the result.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Tells something that a person should know, although the run goes on.</summary>
    public void Warn(string message)
    {
        events.Take(new WarningEvent(message));
        if (_warnings.Count < MostWarnings)
        {
            _warnings.Add(message);
        }
    }

    /// <summary>Tells how far the run is.</summary>
    /// <param name="activity">What it does.</param>
    /// <param name="session">Its session; null before it is loaded.</param>
    /// <param name="report">The step just made, if any.</param>
    internal void TellProgress(string activity, TrainingSession? session, StepReport? report = null)
    {
        Figures = Figures with { TokensPerSecond = Pace.Overall, PeakMemoryBytes = ProcessMemory.Peak() };
        (TotalSteps, LastLoss) = (session?.TotalSteps ?? TotalSteps, report?.Loss ?? session?.LastLoss);
        events.Take(new ProgressEvent
        {
            Activity = activity,
            Step = Step,
            TotalSteps = TotalSteps,
            Loss = LastLoss,
            LearningRate = report?.LearningRate,
            GradientNorm = report?.GradientNorm,
            TokensPerSecond = Pace.Recent,
            EtaSeconds = report is null ? null : Pace.Left(Step, session!.TotalSteps, Plan.Recipe.Evaluation.EverySteps),
            CheckpointStep = CheckpointStep,
        });
    }

    /// <summary>Tells how far a part of an activity besides training steps is.</summary>
    internal void TellActivity(string activity, ActivityProgress? part, double? etaSeconds, string? message = null)
    {
        events.Take(new ProgressEvent
        {
            Activity = activity,
            Part = part,
            Message = message,
            Step = Step,
            TotalSteps = TotalSteps,
            Loss = LastLoss,
            EtaSeconds = etaSeconds,
            CheckpointStep = CheckpointStep,
        });
    }

    /// <summary>Tells how a model does on the held-out records.</summary>
    internal void TellEvaluation(string model, EvaluationFigures figures) => events.Take(new EvaluationEvent
    {
        Model = model,
        Step = Step,
        Loss = figures.Loss,
        TokenAccuracy = figures.TokenAccuracy,
        ExactMatch = figures.ExactMatch,
    });

    /// <summary>Saves a checkpoint unless there is one of this step.</summary>
    internal void SaveIfNew(TrainingSession session, CheckpointStore checkpoints)
    {
        if (session.Step == 0 || session.Step == CheckpointStep)
        {
            return;
        }

        var record = new CheckpointRecord
        {
            PlanHash = PlanHash,
            Step = session.Step,
            Order = StepPlan.Order,
            OptimizerUpdates = session.Optimizer.Updates,
            LossScale = session.LossScale?.State,
            TokensSeen = session.TokensSeen,
            TrainingSeconds = Pace.Seconds,
            EvaluationSeconds = Pace.EvaluationSeconds,
            LossSeconds = Pace.LossSeconds,
            LastLoss = session.LastLoss,
            Base = Base,
            Threads = get_num_threads(),
            Device = Device.ToString(),
        };
        var path = checkpoints.Save(record, SessionCheckpoint.Tensors(session));
        CheckpointStep = session.Step;
        events.Take(new CheckpointEvent(session.Step, path));
    }

    /// <summary>Names the records of a step whose loss was not finite.</summary>
    internal void WriteDiverged(DivergedException diverged)
    {
        Directory.CreateDirectory(Plan.Execution.OutputDirectory);
        File.WriteAllText(
            Path.Combine(Plan.Execution.OutputDirectory, TrainingRun.DivergedFileName),
            JsonSerializer.Serialize(new { diverged.Step, diverged.What, diverged.RecordIds }, PlanJson.WireOptions) + "\n");
    }
}
