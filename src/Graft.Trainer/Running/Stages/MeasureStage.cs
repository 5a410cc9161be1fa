using Graft.Api.Reporting;
using Graft.Models.Hooks;
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
        var start = context.Time.GetTimestamp();
        var hooks = model == EvaluationEvent.Base ? null : run.Parts.Hooks;
        var isLast = model == EvaluationEvent.Adapted;
        var answers = recipe.Evaluation.GenerateRecords is > 0 and int count
            ? run.HeldOutAnswers(count, recipe.Evaluation.MaxNewTokens)
            : null;
        var answersTake = context.Pace.EvaluationSeconds - context.Pace.LossSeconds;
        var figures = Loss(context, evaluator, hooks, model, isLast ? answersTake : double.NaN, stop);
        if (hooks is null && !double.IsFinite(figures.Loss) && DamagedWeights.Find(run.Parts) is { } damage)
        {
            throw damage;
        }

        if (answers is not null)
        {
            var meter = Meter(context, model, "generated answers", answers.Count, isLast ? 0 : double.NaN);
            figures = figures with { ExactMatch = answers.Measure(hooks, meter.Report, stop) };
        }

        context.Pace.EvaluationSeconds = context.Time.GetElapsedTime(start).TotalSeconds;
        context.TellEvaluation(model, figures);
        return figures;
    }

    /// <summary>Measures the loss, and remembers how long that takes.</summary>
    /// <param name="context">The run.</param>
    /// <param name="evaluator">Measures it.</param>
    /// <param name="hooks">What is trained; null without it.</param>
    /// <param name="model">Whose loss: one of <see cref="EvaluationEvent"/>'s.</param>
    /// <param name="after">Seconds that the run will take after it; NaN where that is not known.</param>
    /// <param name="stop">Asks to stop.</param>
    public static EvaluationFigures Loss(
        RunContext context, LossEvaluator evaluator, ModelHooks? hooks, string model, double after, CancellationToken stop)
    {
        var start = context.Time.GetTimestamp();
        var figures = evaluator.Measure(hooks, Meter(context, model, "held-out records", evaluator.Count, after).Report, stop);
        context.Pace.LossSeconds = context.Time.GetElapsedTime(start).TotalSeconds;
        return figures;
    }

    private static ActivityMeter Meter(RunContext context, string model, string what, int count, double after) => new(
        context, Activities.Evaluating, new ActivityProgress { What = $"{model} model, {what}", Total = count }, after);
}
