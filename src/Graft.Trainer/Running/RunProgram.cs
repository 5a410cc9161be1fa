using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Common;
using Graft.Tracking;
using Graft.Trainer.Checkpoints;
using Graft.Trainer.Failures;
using Graft.Trainer.Publishing;
using Graft.Trainer.Reporting;

namespace Graft.Trainer.Running;

/// <summary>
/// <c>graft-trainer run</c>: asks the registry, opens whoever listens, carries the plan out, publishes, and says how it ended, however it
/// ends. What is trained already is only published.
/// </summary>
public sealed class RunProgram
{
    private readonly RunPlan _plan;
    private readonly RunHost _host;
    private readonly TextWriter _output;
    private readonly RunLog _log;
    private readonly TimeProvider _time;
    private readonly TrainedStore _store;
    private readonly string _trainedPath;

    /// <summary>Creates the program.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="host">What the runs of this process share.</param>
    /// <param name="output">Events as lines of JSON.</param>
    /// <param name="log">Words for people; kept with the run once its folders are taken.</param>
    /// <param name="time">Measures time.</param>
    public RunProgram(RunPlan plan, RunHost host, TextWriter output, RunLog log, TimeProvider time)
    {
        _plan = plan;
        _host = host;
        _output = output;
        _log = log;
        _time = time;
        _store = new TrainedStore(plan.Execution.CheckpointDirectory, RecipeHash.Of(plan.Recipe));
        _trainedPath = Path.Combine(plan.Execution.OutputDirectory, TrainingRun.TrainedFolderName);
    }

    /// <summary>Whether the plan's artifact exists already and only goes to another place.</summary>
    private bool IsCopy => _plan.Execution.Published is not null;

    /// <summary>Runs the plan.</summary>
    /// <param name="stop">Asks to stop after a checkpoint.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        RunFolders folders;
        try
        {
            folders = await RunFolders.TakeAsync(_plan.Execution, TellAtOnce, _time, stop).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever goes wrong, the result is told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return await EndBeforeTrackingAsync(error, holdsFolder: false, stop).ConfigureAwait(false);
        }

        using (folders)
        {
            _log.KeepIn(Trackers.LogFile(_plan));
            return await RunInFoldersAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task<int> RunInFoldersAsync(CancellationToken stop)
    {
        var warnings = new List<string>();
        Publication publication;
        TrainedRecord? kept;
        IRunTracker tracker;
        try
        {
            publication = new Publication(_plan);
            kept = await PrepareAsync(publication, warnings.Add, stop).ConfigureAwait(false);
            tracker = Trackers.Open(_plan, _log, _time);
        }
#pragma warning disable CA1031 // Whatever goes wrong, the result is written.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return await EndBeforeTrackingAsync(error, holdsFolder: true, stop).ConfigureAwait(false);
        }

        await using (tracker.ConfigureAwait(false))
        {
            await using var events = new EventSinks(Sinks(tracker));
            warnings.ForEach(warning => events.Take(new WarningEvent(warning)));
            var (exitCode, result, status) = await ExecuteAsync(publication, kept, events, tracker, stop).ConfigureAwait(false);
            if (status == TrackedStatus.Finished && tracker.Run.IsOnServer)
            {
                // A server that does not answer is waited for.
                events.Take(new ProgressEvent
                {
                    Activity = Activities.Publishing,
                    Part = new ActivityProgress { What = "delivering the record to MLflow" },
                    Step = result.Steps,
                    TotalSteps = result.Steps,
                });
            }

            if (!IsCopy)
            {
                // People are told once the record is delivered; the record has it too.
                _log.EndFile(LogSink.Entry(_time, result.Message));
                Trackers.RecordLogAndCurve(tracker, _plan, _log);
            }

            var outcome = await tracker.FinishAsync(status, CancellationToken.None).ConfigureAwait(false);
            foreach (var problem in outcome.Problems)
            {
                events.Take(new WarningEvent($"Tracking: {problem}"));
            }

            result = result with
            {
                Tracking = Trackers.Result(outcome.Run),
                Undelivered = outcome.Waiting > 0 ? outcome.Waiting : null,
            };
            ResultFiles.Write(_plan.Execution, result, _log);
            events.Take(result.Outcome == "Failed" ? new FailedEvent(exitCode, result) : new FinishedEvent(result));
            return exitCode;
        }
    }

    /// <summary>
    /// What an earlier process has trained, ready to be published; without it the registry is asked, since a wrong address costs seconds
    /// now and hours later.
    /// </summary>
    private async Task<TrainedRecord?> PrepareAsync(Publication publication, Action<string> warn, CancellationToken stop)
    {
        if (!IsCopy && _store.Find(warn) is { } kept)
        {
            _store.Restore(_trainedPath);
            return kept;
        }

        try
        {
            await publication.CheckAsync(stop).ConfigureAwait(false);
        }
        catch (ArtifactException error) when (!IsCopy && new CheckpointStore(_plan.Execution.CheckpointDirectory, "").HasAny)
        {
            // It took artifacts when the run began, and may again when it ends: what is trained so far is not given up for it.
            warn($"The registry does not take artifacts at the moment, and the run resumes all the same: {error.Message}");
        }

        return null;
    }

    private async Task<(int ExitCode, RunResult Result, TrackedStatus Status)> ExecuteAsync(
        Publication publication, TrainedRecord? trained, IEventSink events, IRunTracker tracker, CancellationToken stop)
    {
        var run = new TrainingRun(_plan, _host, events, _time);
        try
        {
            trained ??= IsCopy ? null : await TrainAsync(run, events, stop).ConfigureAwait(false);
            var artifact = await PublishAsync(publication, trained, events, stop).ConfigureAwait(false);
            Trackers.Record(tracker, IsCopy ? null : _store.Files ?? _trainedPath, artifact);
            var message = $"{(trained is null ? "Copied the adapter" : $"Trained {English.Count(trained.Step, "step")}")}; "
                + $"published {artifact.Name} {artifact.Version}.";
            return (TrainerExitCodes.Succeeded, Result("Succeeded", message) with { Artifact = artifact }, TrackedStatus.Finished);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (TrainerExitCodes.Interrupted, Result("Interrupted", Interruption(run, trained)), TrackedStatus.Scheduled);
        }
#pragma warning disable CA1031 // Whatever goes wrong, the result is written.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var failure = TrainerFailure.From(error);
            await _log.WriteLineAsync(failure.IsExplained ? failure.Message : error.ToString()).ConfigureAwait(false);
            var message = trained is null ? failure.Message : $"{failure.Message} {Kept(trained)}";
            // The run that a copy belongs to has ended well; its record stays so.
            var status = IsCopy ? TrackedStatus.Finished : TrackedStatus.Failed;
            var isLate = failure.ExitCode == TrainerExitCodes.PublishFailed && (IsCopy || trained is not null);
            var exitCode = isLate ? TrainerExitCodes.TrainedNotPublished : failure.ExitCode;
            return (exitCode, Result("Failed", message) with { Reason = failure.Reason }, status);
        }

        RunResult Result(string outcome, string message) => new()
        {
            Outcome = outcome,
            Message = message,
            Steps = trained?.Step ?? run.Context.Step,
            Figures = IsCopy ? null : trained?.Figures ?? run.Context.Figures,
            Warnings = run.Context.Warnings is { Count: > 0 } warnings ? warnings : null,
        };
    }

    private async Task<TrainedRecord> TrainAsync(TrainingRun run, IEventSink events, CancellationToken stop)
    {
        await _host.Compute.RunAsync(() => Threads.Initialize(_plan.Execution.Threads, run.Context.Warn)).ConfigureAwait(false);
        await run.ExecuteAsync(stop).ConfigureAwait(false);
        var record = new TrainedRecord
        {
            PlanHash = RecipeHash.Of(_plan.Recipe),
            FilesDigest = FolderDigest.Compute(_trainedPath),
            Step = run.Context.Step,
            LastLoss = run.LastLoss,
            Figures = run.Context.Figures,
        };
        try
        {
            _store.Save(_trainedPath, record);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            events.Take(new WarningEvent($"What was trained cannot be kept in {_plan.Execution.CheckpointDirectory}, and is published from "
                + $"{_trainedPath}: {error.Message}"));
        }

        return record;
    }

    private async Task<ResultArtifact> PublishAsync(
        Publication publication, TrainedRecord? trained, IEventSink events, CancellationToken stop)
    {
        var report = new PublishingReport(trained, events, _time);
        report.Tell(null);
        var publisher = new PatientPublisher(
            limit => publication.PublishAsync(_trainedPath, report.Attempt, limit),
            TimeSpan.FromSeconds(_plan.Execution.Publish.PatienceSeconds),
            report.Tell,
            _time);
        var published = await publisher.PublishAsync(stop).ConfigureAwait(false);
        var version = $"v{published.Version}";
        events.Take(new ArtifactEvent(_trainedPath, published.Name, version, published.Digest, published.Reference));
        return new ResultArtifact { Name = published.Name, Version = version, Digest = published.Digest, Reference = published.Reference };
    }

    private string Interruption(TrainingRun run, TrainedRecord? trained) => (trained, run.Context.Step) switch
    {
        ({ } record, _) => $"Stopped before the adapter was published. {Kept(record)}",
        (null, _) when IsCopy => "Stopped before the adapter was published at its new place.",
        (null, > 0 and var step) => $"Stopped after step {step}; a checkpoint is saved.",
        _ => "Stopped before the first step.",
    };

    private string Kept(TrainedRecord trained) =>
        $"All {trained.Step} steps are trained, and the adapter is kept in {_plan.Execution.CheckpointDirectory}: where that folder outlives "
        + "this process, the next one of the same plan publishes it without training again.";

    /// <summary>Says what cannot wait for the others who listen.</summary>
    private void TellAtOnce(string warning)
    {
        _log.WriteLine(warning);
        new JsonLinesSink(_output, _time).Take(new WarningEvent(warning));
    }

    private List<IEventSink> Sinks(IRunTracker tracker)
    {
        List<IEventSink> sinks = [new JsonLinesSink(_output, _time), new LogSink(_log, _time), new TrackingSink(tracker, _plan)];
        if (_plan.Execution.Report is { } report)
        {
            sinks.Add(new ProgressPushSink(report, _time, _log));
        }

        if (_plan.Execution.MetricsPort is { } port)
        {
            sinks.Add(new MetricsSink(port));
        }

        return sinks;
    }

    private async Task<int> EndBeforeTrackingAsync(Exception error, bool holdsFolder, CancellationToken stop)
    {
        await using var events = new JsonLinesSink(_output, _time);
        if (error is OperationCanceledException && stop.IsCancellationRequested)
        {
            var interrupted = new RunResult { Outcome = "Interrupted", Message = "Stopped before the first step." };
            ResultFiles.Write(_plan.Execution, interrupted, _log, holdsFolder);
            events.Take(new FinishedEvent(interrupted));
            return TrainerExitCodes.Interrupted;
        }

        var failure = TrainerFailure.From(error);
        await _log.WriteLineAsync(failure.IsExplained ? failure.Message : error.ToString()).ConfigureAwait(false);
        var result = new RunResult { Outcome = "Failed", Reason = failure.Reason, Message = failure.Message };
        ResultFiles.Write(_plan.Execution, result, _log, holdsFolder);
        events.Take(new FailedEvent(failure.ExitCode, result));
        return failure.ExitCode;
    }
}
