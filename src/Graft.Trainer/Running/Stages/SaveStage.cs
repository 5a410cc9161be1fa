using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Trainer.Evaluation;
using Graft.Trainer.Publishing;

namespace Graft.Trainer.Running.Stages;

/// <summary>Writes what was trained, and opens it again as a stranger would.</summary>
internal static class SaveStage
{
    public static Task RunAsync(RunContext context, LoadedRun run, EvaluationFigures? adapted) =>
        context.Host.Compute.RunAsync(() => Save(context, run, adapted));

    private static void Save(RunContext context, LoadedRun run, EvaluationFigures? adapted)
    {
        if (context.Step > 0 && run.Parts.IsUntrained)
        {
            throw new PlanFormatException(
                $"training: {context.Step} steps have changed nothing: what is trained is still as it began, and is not published. Raise "
                + $"training.learningRate ({context.Plan.Recipe.Training.LearningRate}), and look at the records' answers.");
        }

        _ = new ActivityMeter(context, Activities.Publishing, new ActivityProgress { What = "writing what was trained" });
        var plan = context.Plan;
        var figures = new PublishedFigures
        {
            Steps = context.Step,
            TokensSeen = run.Session.TokensSeen,
            FinalTrainingLoss = run.Session.LastLoss,
            Base = context.Base,
            Adapted = adapted,
            TrainableParameters = run.Parts.TrainedParameters,
            BaseParameters = run.Parts.FrozenParameters,
            TrainRecords = run.Train.Counts,
            EvaluationRecords = run.HeldOut?.Counts,
        };
        TrainedFolder.Write(context.TrainedPath, plan.Execution.Publish.Name, plan.Recipe, run.Parts, figures);
        _ = new ActivityMeter(context, Activities.Publishing, new ActivityProgress { What = "reading it again" });
        TrainedFolder.Verify(context.TrainedPath, run);
        context.Figures = context.Figures with
        {
            BaseLoss = context.Base?.Loss,
            BaseTokenAccuracy = context.Base?.TokenAccuracy,
            BaseExactMatch = context.Base?.ExactMatch,
            AdaptedLoss = adapted?.Loss,
            AdaptedTokenAccuracy = adapted?.TokenAccuracy,
            AdaptedExactMatch = adapted?.ExactMatch,
        };
    }
}
