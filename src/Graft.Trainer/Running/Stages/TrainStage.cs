using Graft.Api.Reporting;
using Graft.Trainer.Checkpoints;
using Graft.Trainer.Evaluation;

namespace Graft.Trainer.Running.Stages;

/// <summary>Trains to the last step, with checkpoints and measurements on the way. Each step is a turn of the computing thread.</summary>
internal static class TrainStage
{
    public static async Task RunAsync(RunContext context, LoadedRun run, CheckpointStore checkpoints, CancellationToken stop)
    {
        var every = context.Plan.Recipe.Evaluation.EverySteps;
        var heldOut = every > 0 ? run.HeldOutLoss(context.Plan.Recipe.Training.BatchSize) : null;
        while (!run.Session.IsFinished)
        {
            stop.ThrowIfCancellationRequested();
            await context.Host.Compute.RunAsync(() => Step(context, run, checkpoints, heldOut, stop)).ConfigureAwait(false);
        }
    }

    private static void Step(
        RunContext context, LoadedRun run, CheckpointStore checkpoints, LossEvaluator? heldOut, CancellationToken stop)
    {
        var (session, plan) = (run.Session, context.Plan);
        var start = context.Time.GetTimestamp();
        var report = session.Advance();
        context.Pace.Add(report.Tokens, context.Time.GetElapsedTime(start));
        context.Step = report.Step;
        context.TellProgress(Activities.Training, session, report);
        if (session.IsFinished)
        {
            return;
        }

        if (plan.Execution.CheckpointEverySteps > 0 && report.Step % plan.Execution.CheckpointEverySteps == 0)
        {
            context.SaveIfNew(session, checkpoints);
        }

        if (heldOut is not null && report.Step % plan.Recipe.Evaluation.EverySteps == 0)
        {
            var figures = MeasureStage.Loss(context, heldOut, run.Parts.Hooks, EvaluationEvent.Adapted, after: double.NaN, stop);
            context.TellEvaluation(EvaluationEvent.Adapted, figures);
        }
    }
}
