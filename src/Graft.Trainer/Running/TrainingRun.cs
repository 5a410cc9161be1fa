using System.Text.Json;
using Graft.Adapters;
using Graft.Api.Planning;
using Graft.Data.Samples;
using Graft.Trainer.Checkpoints;
using Graft.Trainer.Evaluation;
using Graft.Trainer.Publishing;
using Graft.Trainer.Reporting;
using Graft.Trainer.Training;
using static TorchSharp.torch;

namespace Graft.Trainer.Running;

/// <summary>
/// Carries a plan out: load, measure the base, train with checkpoints, measure what was trained, save, verify. Publishing comes after,
/// so that a run whose registry is down can be published later without training again.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="events">Told of everything.</param>
/// <param name="time">Measures time.</param>
public sealed class TrainingRun(RunPlan plan, IEventSink events, TimeProvider time)
{
    /// <summary>The folder of what was trained, inside the output folder.</summary>
    public const string TrainedFolderName = "adapter";

    /// <summary>The file that names the records of a step whose loss was not finite.</summary>
    public const string DivergedFileName = "diverged.json";

    private readonly string _planHash = RecipeHash.Of(plan.Recipe);
    private Pace _pace = new();
    private EvaluationFigures? _base;
    private int? _checkpointStep;

    /// <summary>Where the trained part is once the run is done.</summary>
    public string TrainedPath { get; } = Path.Combine(plan.Execution.OutputDirectory, TrainedFolderName);

    /// <summary>What is known so far; for the result, however the run ends.</summary>
    public ResultFigures Figures { get; private set; } = new();

    /// <summary>Optimizer steps done.</summary>
    public int Step { get; private set; }

    /// <summary>The last step's loss, once the run is done.</summary>
    public double? LastLoss { get; private set; }

    /// <summary>Trains to the end.</summary>
    /// <param name="stop">Asks to stop: the run saves a checkpoint and throws.</param>
    /// <exception cref="OperationCanceledException">The run was asked to stop; what it did is in a checkpoint.</exception>
    public async Task ExecuteAsync(CancellationToken stop)
    {
        // Before anything is fetched: nothing else makes up for a missing device.
        var device = Devices.Find(plan.Execution.Device);
        var checkpoints = new CheckpointStore(plan.Execution.CheckpointDirectory, _planHash);
        _checkpointStep = checkpoints.NewestStep;
        Tell("Loading", null);
        var folders = await RunInputs.PrepareAsync(plan, stop).ConfigureAwait(false);
        using var run = LoadedRun.Load(plan, folders, device);
        Resume(run, checkpoints, device);
        Announce(run, device);
        try
        {
            _base ??= Evaluate("base", run, 0, stop);
            Train(run, checkpoints, device, stop);
        }
        catch (OperationCanceledException)
        {
            SaveIfNew(run.Session, checkpoints, device);
            throw;
        }
        catch (DivergedException error)
        {
            WriteDiverged(error);
            throw;
        }

        SaveIfNew(run.Session, checkpoints, device);
        var adapted = Evaluate("adapted", run, Step, stop);
        LastLoss = run.Session.LastLoss;
        Save(run, adapted);
    }

    private void Train(LoadedRun run, CheckpointStore checkpoints, Device device, CancellationToken stop)
    {
        var session = run.Session;
        var heldOut = plan.Recipe.Evaluation.EverySteps > 0 ? run.HeldOutLoss(plan.Recipe.Training.BatchSize) : null;
        while (!session.IsFinished)
        {
            stop.ThrowIfCancellationRequested();
            var start = time.GetTimestamp();
            var report = session.Advance();
            _pace.Add(report.Tokens, time.GetElapsedTime(start));
            Step = report.Step;
            Tell("Training", session, report);
            var isLast = session.IsFinished;
            if (!isLast && plan.Execution.CheckpointEverySteps > 0 && Step % plan.Execution.CheckpointEverySteps == 0)
            {
                SaveIfNew(session, checkpoints, device);
            }

            if (!isLast && heldOut is not null && Step % plan.Recipe.Evaluation.EverySteps == 0)
            {
                TellEvaluation("adapted", Step, heldOut.Measure(session.Adapter.Hooks, stop));
            }
        }
    }

    private void Resume(LoadedRun run, CheckpointStore checkpoints, Device device)
    {
        if (checkpoints.LoadNewest(Warn) is not { } found)
        {
            _checkpointStep = null;
            return;
        }

        SessionCheckpoint.Restore(run.Session, found);
        _base = found.Record.Base;
        _pace = new Pace(found.Record.TrainingSeconds, found.Record.TokensSeen);
        _checkpointStep = Step = found.Record.Step;
        if (found.Record.Threads != get_num_threads() || found.Record.Device != device.ToString())
        {
            Warn($"The checkpoint was made on {found.Record.Device} with {found.Record.Threads} threads, this is {device} with "
                + $"{get_num_threads()}: "
                + "the last bits of the results may differ from those of a run that was never stopped.");
        }
    }

    private void Announce(LoadedRun run, Device device)
    {
        SampleCounts train = run.Train.Counts, heldOut = run.HeldOut?.Counts ?? new SampleCounts();
        foreach (var bad in run.Train.FirstBad.Concat(run.HeldOut?.FirstBad ?? []))
        {
            Warn($"A bad record is left out: {bad}");
        }

        if (train.Truncated + heldOut.Truncated > 0)
        {
            Warn($"{train.Truncated + heldOut.Truncated} records are longer than {run.Data.MaxLength} tokens and are cut; their answers "
                + "may end in the middle. Raise maxLength, or set onTooLong.");
        }

        var trainable = run.Session.Adapter.TrainableCount();
        Figures = Figures with
        {
            TrainableParameters = trainable,
            BadRecords = train.Bad + heldOut.Bad,
            TooLongRecords = train.Truncated + train.TooLong + heldOut.Truncated + heldOut.TooLong,
        };
        events.Take(new StartedEvent
        {
            PlanHash = _planHash,
            TotalSteps = run.Session.TotalSteps,
            ResumedFromStep = Step,
            TrainableParameters = trainable,
            BaseParameters = BaseParameters(run),
            TrainRecords = run.Train.Records.Count,
            EvaluationRecords = run.HeldOut?.Records.Count ?? 0,
            BadRecords = train.Bad + heldOut.Bad,
            TruncatedRecords = train.Truncated + heldOut.Truncated,
            TooLongRecords = train.TooLong + heldOut.TooLong,
            Device = device.ToString(),
            Threads = get_num_threads(),
            FirstSample = SampleView.Of(run.Train.Samples[0], run.Tokenizer),
        });
    }

    private EvaluationFigures? Evaluate(string model, LoadedRun run, int step, CancellationToken stop)
    {
        if (run.HeldOutLoss(plan.Recipe.Training.BatchSize) is not { } evaluator)
        {
            return null;
        }

        Tell("Evaluating", run.Session);
        var hooks = model == "base" ? null : run.Session.Adapter.Hooks;
        var figures = evaluator.Measure(hooks, stop);
        if (plan.Recipe.Evaluation.GenerateRecords is > 0 and int count)
        {
            var questions = run.HeldOut!.Records.Take(count);
            var answers = new AnswerEvaluator(run.Model, run.Tokenizer, run.Data, questions, plan.Recipe.Evaluation.MaxNewTokens);
            figures = figures with { ExactMatch = answers.Measure(hooks, stop) };
        }

        TellEvaluation(model, step, figures);
        return figures;
    }

    private void Save(LoadedRun run, EvaluationFigures? adapted)
    {
        if (Step > 0 && run.Session.Adapter.IsUntrained)
        {
            Warn("Training has not changed the adapter: it is still as it began. Look at the learning rate.");
        }

        var figures = new RunFigures
        {
            Steps = Step,
            TokensSeen = run.Session.TokensSeen,
            FinalTrainingLoss = run.Session.LastLoss,
            Base = _base,
            Adapted = adapted,
            TrainableParameters = run.Session.Adapter.TrainableCount(),
            BaseParameters = BaseParameters(run),
            TrainRecords = run.Train.Counts,
            EvaluationRecords = run.HeldOut?.Counts,
        };
        TrainedFolder.Write(TrainedPath, plan.Execution.Publish.Name, plan.Recipe, run, figures);
        TrainedFolder.Verify(TrainedPath, plan.Recipe, run);
        Figures = Figures with
        {
            BaseLoss = _base?.Loss,
            BaseTokenAccuracy = _base?.TokenAccuracy,
            BaseExactMatch = _base?.ExactMatch,
            AdaptedLoss = adapted?.Loss,
            AdaptedTokenAccuracy = adapted?.TokenAccuracy,
            AdaptedExactMatch = adapted?.ExactMatch,
        };
    }

    private void SaveIfNew(TrainingSession session, CheckpointStore checkpoints, Device device)
    {
        if (session.Step == 0 || session.Step == _checkpointStep)
        {
            return;
        }

        var record = new CheckpointRecord
        {
            PlanHash = _planHash,
            Step = session.Step,
            OptimizerUpdates = session.Optimizer.Updates,
            TokensSeen = session.TokensSeen,
            TrainingSeconds = _pace.Seconds,
            LastLoss = session.LastLoss,
            Base = _base,
            Threads = get_num_threads(),
            Device = device.ToString(),
        };
        var path = checkpoints.Save(record, SessionCheckpoint.Tensors(session));
        _checkpointStep = session.Step;
        events.Take(new CheckpointEvent(session.Step, path));
    }

    private void WriteDiverged(DivergedException diverged)
    {
        Directory.CreateDirectory(plan.Execution.OutputDirectory);
        File.WriteAllText(
            Path.Combine(plan.Execution.OutputDirectory, DivergedFileName),
            JsonSerializer.Serialize(new { diverged.Step, diverged.What, diverged.RecordIds }, PlanJson.WireOptions) + "\n");
    }

    private void Tell(string activity, TrainingSession? session, StepReport? report = null)
    {
        Figures = Figures with { TokensPerSecond = _pace.Overall, PeakMemoryBytes = ProcessMemory.Peak() };
        events.Take(new ProgressEvent
        {
            Activity = activity,
            Step = Step,
            TotalSteps = session?.TotalSteps ?? 0,
            Loss = report?.Loss ?? session?.LastLoss,
            LearningRate = report?.LearningRate,
            GradientNorm = report?.GradientNorm,
            TokensPerSecond = _pace.Recent,
            EtaSeconds = report is null ? null : _pace.Left(session!.TotalSteps - Step),
            CheckpointStep = _checkpointStep,
        });
    }

    private void TellEvaluation(string model, int step, EvaluationFigures figures) => events.Take(new EvaluationEvent
    {
        Model = model,
        Step = step,
        Loss = figures.Loss,
        TokenAccuracy = figures.TokenAccuracy,
        ExactMatch = figures.ExactMatch,
    });

    private void Warn(string message) => events.Take(new WarningEvent(message));

    private static long BaseParameters(LoadedRun run) => run.Model.Parameters.Values.Sum(p => p.numel());
}
