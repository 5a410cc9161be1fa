using Graft.Api.Reporting;
using Graft.Trainer.Evaluation;

namespace Graft.Trainer.Running.Stages;

/// <summary>Measures the language model on the held-out records, alone or with what is trained.</summary>
internal static class MeasureStage
{
    /// <summary>The figures; null where there are no held-out records.</summary>
    public static Task<EvaluationFigures?> RunAsync(RunContext context, LoadedRun run, string model, CancellationToken stop) =>
        context.Host.Compute.RunAsync(() => Measure(context, run, model, stop));

    private static EvaluationFigures? Measure(RunContext context, LoadedRun run, string model, CancellationToken stop)
    {
        var recipe = context.Plan.Recipe;
        if (run.HeldOutLoss(recipe.Training.BatchSize) is not { } evaluator)
        {
            return null;
        }

        context.TellProgress(Activities.Evaluating, run.Session);
        var hooks = model == EvaluationEvent.Base ? null : run.Parts.Hooks;
        var figures = evaluator.Measure(hooks, stop);
        if (hooks is null && !double.IsFinite(figures.Loss) && DamagedWeights.Find(run.Parts) is { } damage)
        {
            throw damage;
        }

        if (recipe.Evaluation.GenerateRecords is > 0 and int count)
        {
            var answers = run.HeldOutAnswers(count, recipe.Evaluation.MaxNewTokens);
            figures = figures with { ExactMatch = answers.Measure(hooks, stop) };
        }

        context.TellEvaluation(model, figures);
        return figures;
    }
}
