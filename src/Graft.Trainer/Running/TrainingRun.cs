using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Trainer.Checkpoints;
using Graft.Trainer.Reporting;
using Graft.Trainer.Running.Stages;
using Graft.Trainer.Training;

namespace Graft.Trainer.Running;

/// <summary>
/// Carries a plan out: load, measure the base, train with checkpoints, measure what was trained, save, verify. Publishing comes after,
/// so that a run whose registry is down can be published later without training again.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="host">What the runs of this process share.</param>
/// <param name="events">Told of everything.</param>
/// <param name="time">Measures time.</param>
public sealed class TrainingRun(RunPlan plan, RunHost host, IEventSink events, TimeProvider time)
{
    /// <summary>The folder of what was trained, inside the output folder.</summary>
    public const string TrainedFolderName = "adapter";

    /// <summary>The file that names the records of a step whose loss was not finite.</summary>
    public const string DivergedFileName = "diverged.json";

    /// <summary>What the run knows.</summary>
    public RunContext Context { get; } = new(plan, host, events, time);

    /// <summary>The last step's loss, once the run is done.</summary>
    public double? LastLoss { get; private set; }

    /// <summary>Trains to the end.</summary>
    /// <param name="stop">Asks to stop: the run saves a checkpoint and throws.</param>
    /// <exception cref="OperationCanceledException">The run was asked to stop; what it did is in a checkpoint.</exception>
    public async Task ExecuteAsync(CancellationToken stop)
    {
        // Before anything is fetched: nothing else makes up for a missing device.
        Context.Device = Devices.Find(plan.Execution.Device);
        var checkpoints = new CheckpointStore(plan.Execution.CheckpointDirectory, Context.PlanHash);
        var run = await PrepareStage.RunAsync(Context, checkpoints, stop).ConfigureAwait(false);
        try
        {
            await TrainAsync(run, checkpoints, stop).ConfigureAwait(false);
            var adapted = await MeasureStage.RunAsync(Context, run, EvaluationEvent.Adapted, stop).ConfigureAwait(false);
            LastLoss = run.Session.LastLoss;
            await SaveStage.RunAsync(Context, run, adapted).ConfigureAwait(false);
        }
        finally
        {
            await host.Compute.RunAsync(run.Dispose).ConfigureAwait(false);
        }
    }

    private async Task TrainAsync(LoadedRun run, CheckpointStore checkpoints, CancellationToken stop)
    {
        try
        {
            Context.Base ??= await MeasureStage.RunAsync(Context, run, EvaluationEvent.Base, stop).ConfigureAwait(false);
            await TrainStage.RunAsync(Context, run, checkpoints, stop).ConfigureAwait(false);
        }
        catch (DivergedException error)
        {
            if (await host.Compute.RunAsync(() => DamagedWeights.Find(run.Parts)).ConfigureAwait(false) is { } damage)
            {
                throw damage;
            }

            Context.WriteDiverged(error);
            throw;
        }
        catch (OperationCanceledException)
        {
            await SaveAsync().ConfigureAwait(false);
            throw;
        }

        await SaveAsync().ConfigureAwait(false);

        Task SaveAsync() => host.Compute.RunAsync(() => Context.SaveIfNew(run.Session, checkpoints));
    }
}
