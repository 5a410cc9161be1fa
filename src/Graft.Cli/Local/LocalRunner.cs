using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Cli.Display;
using Graft.Cli.Training;
using Graft.Programs;
using Graft.Programs.Charts;

namespace Graft.Cli.Local;

/// <summary>How a local run ended.</summary>
/// <param name="Result">The trainer's result; null where it died without one.</param>
/// <param name="WasDone">Whether the result is an earlier run's, of the same plan.</param>
/// <param name="ExitCode">The trainer's exit status.</param>
/// <param name="Failure">What went wrong, in a sentence; null unless something did.</param>
/// <param name="LastLines">The last lines that the trainer printed where it failed.</param>
/// <param name="Progress">What the trainer reported.</param>
public sealed record LocalOutcome(
    RunResult? Result, bool WasDone, int ExitCode, string? Failure, IReadOnlyList<string> LastLines, RunProgressState Progress)
{
    /// <summary>What of the run's record still waits for MLflow, and what delivers it; a sentence each.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Whether the trainer was killed because a person asked for it.</summary>
    public bool IsEndedAtOnce { get; init; }
}

/// <summary>Runs plans with a trainer as a child process.</summary>
/// <param name="trainer">The trainer's executable.</param>
/// <param name="openView">Makes the display of a run, given its name.</param>
/// <param name="tell">Called with what people should know before there is a display.</param>
/// <param name="begin">Shows what takes its time before and after there is a display.</param>
/// <param name="echoLog">Called with each line that the trainer says to people, beside the log file.</param>
/// <param name="time">Measures waits.</param>
public sealed class LocalRunner(
    string trainer,
    Func<string, IRunView> openView,
    Action<string> tell,
    Func<ActivityProgress, ActivityLine> begin,
    Action<string>? echoLog,
    TimeProvider time)
{
    private const string Stopping = "Stopping: the trainer saves a checkpoint and ends. Ctrl-C again ends it at once.";

    /// <summary>
    /// Runs a plan to its end, or to a checkpoint when canceled. A plan that has succeeded is not run again; one that was
    /// stopped resumes from its last checkpoint.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="again">Forget an earlier result and its checkpoints.</param>
    /// <param name="stop">Asks the trainer to save a checkpoint and stop, or to end at once.</param>
    public async Task<LocalOutcome> RunAsync(PlannedRun run, bool again, StopTokens stop)
    {
        var folder = run.Folder;
        OutputMarker.WriteIfNew(folder.Root);
        using var claim = await folder.OpenAsync(tell, time, stop.Gently).ConfigureAwait(false);
        if (claim.Warning is { } warning)
        {
            tell(warning);
        }

        var state = new RunProgressState();
        if (again)
        {
            folder.Clear();
        }
        else if (FindFinished(folder) is { } earlier)
        {
            var deliveries = await RunDeliveries.DeliverAsync(folder, tell, time, stop.Gently).ConfigureAwait(false);
            state.ApplyAll(LossLog.Read(folder.EventsFile));
            folder.PointLinkHere();
            return new LocalOutcome(earlier, WasDone: true, TrainerExitCodes.Succeeded, null, [], state) { Missing = deliveries.Missing };
        }

        Mark(run.Plan.Execution);
        File.Delete(folder.ResultFile);
        folder.WritePlan(run.Plan);

        var exit = await TrainAsync(run, state, stop).ConfigureAwait(false);
        DrawLossCurve(run, state);
        folder.PointLinkHere();

        var result = folder.ReadResult();
        if (result is { Outcome: "Succeeded" })
        {
            using var line = begin(folder.Reading);
            folder.Seal(line.Add);
        }

        var failed = exit.ExitCode is not (TrainerExitCodes.Succeeded or TrainerExitCodes.Interrupted);
        return new LocalOutcome(
            result,
            WasDone: false,
            exit.ExitCode,
            failed ? result?.Message ?? TrainerExitText.Describe(exit.ExitCode) : null,
            failed ? exit.LastLines : [],
            state)
        {
            Missing = RunDeliveries.Missing(folder),
            IsEndedAtOnce = failed && result is null && stop.AtOnce.IsCancellationRequested,
        };
    }

    private RunResult? FindFinished(RunFolder folder)
    {
        using var line = begin(folder.Reading);
        return folder.FindFinished(line.Tell, line.Add);
    }

    /// <summary>What a run writes may lie in the folder of its data, and is none of them.</summary>
    private static void Mark(Execution execution)
    {
        string?[] written = [execution.OutputDirectory, execution.Tracking.Directory, execution.Publish.Directory];
        foreach (var folder in written.OfType<string>())
        {
            OutputMarker.Write(folder);
        }
    }

    private async Task<TrainerExit> TrainAsync(PlannedRun run, RunProgressState state, StopTokens stop)
    {
        await using var log = new StreamWriter(run.Folder.LogFile, append: true) { AutoFlush = true };
        await using var history = LossLog.Open(run.Folder, state);
        await using var view = openView(run.Name);
        await using var stopping = stop.Gently.Register(() => view.Tell(Stopping));
        return await TrainerProcess.RunAsync(
            trainer,
            "run",
            [Path.GetFullPath(run.Folder.PlanFile)],
            line =>
            {
                if (EventJson.Parse(line) is { } trainerEvent)
                {
                    state.Apply(trainerEvent);
                    history.Write(trainerEvent, line);
                    view.Update(state);
                }
            },
            line =>
            {
                log.WriteLine(line);
                echoLog?.Invoke(line);
            },
            stop).ConfigureAwait(false);
    }

    private static void DrawLossCurve(PlannedRun run, RunProgressState state)
    {
        if (state.Training.Points is { Count: > 0 } points)
        {
            var svg = LossCurveSvg.Draw(LossCurveSvg.TitleOf(run.Name), points, state.HeldOut.Points);
            File.WriteAllText(run.Folder.LossCurveFile, svg);
        }
    }
}
