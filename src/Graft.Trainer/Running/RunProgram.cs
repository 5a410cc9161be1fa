using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Artifacts.Packing;
using Graft.Tracking;
using Graft.Trainer.Failures;
using Graft.Trainer.Reporting;

namespace Graft.Trainer.Running;

/// <summary>
/// <c>graft-trainer run</c>: opens whoever listens, carries the plan out, publishes, and says the final word, however it ends.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="output">Events as lines of JSON.</param>
/// <param name="log">Words for people.</param>
/// <param name="clock">Measures time.</param>
public sealed class RunProgram(RunPlan plan, TextWriter output, TextWriter log, TimeProvider clock)
{
    /// <summary>Runs the plan.</summary>
    /// <param name="stop">Asks to stop after a checkpoint.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        Threads.Initialise(plan.Execution.Threads);
        Directory.CreateDirectory(plan.Execution.OutputDirectory);
        IRunTracker tracker;
        try
        {
            tracker = Trackers.Open(plan, log, clock);
        }
        catch (TrackingException e)
        {
            return await FailBeforeTrackingAsync(e).ConfigureAwait(false);
        }

        await using (tracker.ConfigureAwait(false))
        {
            await using var events = new EventSinks(Sinks(tracker));
            var (exitCode, result, status) = await ExecuteAsync(events, tracker, stop).ConfigureAwait(false);
            TrackingOutcome outcome = await tracker.FinishAsync(status, CancellationToken.None).ConfigureAwait(false);
            foreach (string problem in outcome.Problems)
            {
                events.Take(new WarningEvent($"Tracking: {problem}"));
            }

            result = result with { Tracking = Trackers.Result(outcome.Run) };
            FinalWord.Write(plan.Execution, result);
            events.Take(result.Outcome == "Failed" ? new FailedEvent(exitCode, result) : new FinishedEvent(result));
            return exitCode;
        }
    }

    private async Task<(int ExitCode, RunResult Result, TrackedStatus Status)> ExecuteAsync(
        IEventSink events, IRunTracker tracker, CancellationToken stop)
    {
        var run = new TrainingRun(plan, events, clock);
        try
        {
            await run.ExecuteAsync(stop).ConfigureAwait(false);
            ResultArtifact artifact = await PublishAsync(run, events).ConfigureAwait(false);
            Trackers.Record(tracker, run.TrainedPath, artifact);
            string message = $"Trained {run.Step} steps; published {artifact.Name} {artifact.Version}.";
            return (TrainerExitCodes.Succeeded, Result("Succeeded", message, run) with { Artifact = artifact }, TrackedStatus.Finished);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            string message = run.Step > 0 ? $"Stopped after step {run.Step}; a checkpoint is saved." : "Stopped before the first step.";
            return (TrainerExitCodes.Interrupted, Result("Interrupted", message, run), TrackedStatus.Scheduled);
        }
#pragma warning disable CA1031 // Whatever goes wrong, the final word is said.
        catch (Exception e)
#pragma warning restore CA1031
        {
            TrainerFailure failure = TrainerFailure.From(e);
            await log.WriteLineAsync(failure.IsExplained ? failure.Message : e.ToString()).ConfigureAwait(false);
            return (failure.ExitCode, Result("Failed", failure.Message, run) with { Reason = failure.Reason }, TrackedStatus.Failed);
        }
    }

    private async Task<ResultArtifact> PublishAsync(TrainingRun run, IEventSink events)
    {
        PlanPublish publish = plan.Execution.Publish;
        var request = new PublishRequest
        {
            Name = publish.Name,
            RunUid = plan.Execution.Run.Uid,
            PlanHash = RecipeHash.Of(plan.Recipe),
            BaseModel = plan.Recipe.Parts[0].Model,
            Root = Enum.Parse<LayerRoot>(publish.Layout, ignoreCase: true),
        };
        // Not cancelled by a stop: the work is done, and pushing takes less than doing it again would.
        PublishedArtifact published = await Stores.ForPublishing(publish)
            .PublishAsync(run.TrainedPath, request, CancellationToken.None).ConfigureAwait(false);
        string version = $"v{published.Version}";
        events.Take(new ArtifactEvent(run.TrainedPath, published.Name, version, published.Digest, published.Reference));
        return new ResultArtifact { Name = published.Name, Version = version, Digest = published.Digest, Reference = published.Reference };
    }

    private List<IEventSink> Sinks(IRunTracker tracker)
    {
        List<IEventSink> sinks = [new JsonLinesSink(output, clock), new LogSink(log, clock), new TrackingSink(tracker)];
        if (plan.Execution.Report is { } report)
        {
            sinks.Add(new ProgressPushSink(report, clock, log));
        }

        if (plan.Execution.MetricsPort is { } port)
        {
            sinks.Add(new MetricsSink(port));
        }

        return sinks;
    }

    private async Task<int> FailBeforeTrackingAsync(TrackingException error)
    {
        TrainerFailure failure = TrainerFailure.From(error);
        await log.WriteLineAsync(failure.Message).ConfigureAwait(false);
        var result = new RunResult { Outcome = "Failed", Reason = failure.Reason, Message = failure.Message };
        FinalWord.Write(plan.Execution, result);
        await using var events = new JsonLinesSink(output, clock);
        events.Take(new FailedEvent(failure.ExitCode, result));
        return failure.ExitCode;
    }

    private static RunResult Result(string outcome, string message, TrainingRun run) => new()
    {
        Outcome = outcome,
        Message = message,
        Steps = run.Step,
        Figures = run.Figures,
    };
}
