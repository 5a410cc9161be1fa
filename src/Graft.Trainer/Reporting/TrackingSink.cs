using Graft.Api.Reporting;
using Graft.Tracking;

namespace Graft.Trainer.Reporting;

/// <summary>Records a run's curves.</summary>
public sealed class TrackingSink(IRunTracker tracker) : IEventSink
{
    public void Take(TrainerEvent told)
    {
        switch (told)
        {
            // Only a step has a learning rate: what is told while evaluating and publishing repeats the last step's loss.
            case ProgressEvent { LearningRate: { } rate, Loss: { } loss } progress:
                tracker.LogMetric("train/loss", loss, progress.Step);
                tracker.LogMetric("train/learning_rate", rate, progress.Step);
                Log("train/gradient_norm", progress.GradientNorm, progress.Step);
                Log("train/tokens_per_second", progress.TokensPerSecond, progress.Step);
                break;
            case EvaluationEvent evaluation:
                // The base does not change: its figures are one point at step 0 of curves of its own.
                var prefix = evaluation.Model == EvaluationEvent.Base ? "eval/base_" : "eval/";
                tracker.LogMetric($"{prefix}loss", evaluation.Loss, evaluation.Step);
                tracker.LogMetric($"{prefix}token_accuracy", evaluation.TokenAccuracy, evaluation.Step);
                Log($"{prefix}exact_match", evaluation.ExactMatch, evaluation.Step);
                break;
            default:
                break;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Log(string key, double? value, long step)
    {
        if (value is { } number)
        {
            tracker.LogMetric(key, number, step);
        }
    }
}
