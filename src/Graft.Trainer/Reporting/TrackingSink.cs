using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Tracking;

namespace Graft.Trainer.Reporting;

/// <summary>Records a run's data sets and curves.</summary>
/// <param name="tracker">The record.</param>
/// <param name="plan">The run's plan.</param>
public sealed class TrackingSink(IRunTracker tracker, RunPlan plan) : IEventSink
{
    /// <summary>The curve of the training loss.</summary>
    public const string TrainingLoss = "train/loss";

    /// <summary>The base model's loss on the held-out records: it does not change, and is one point at step 0.</summary>
    public const string BaseLoss = BasePrefix + Loss;

    /// <summary>The curve of the adapted model's loss on the held-out records.</summary>
    public const string AdaptedLoss = AdaptedPrefix + Loss;

    private const string BasePrefix = "eval/base_";
    private const string AdaptedPrefix = "eval/";
    private const string Loss = "loss";

    public void Take(TrainerEvent told)
    {
        switch (told)
        {
            case StartedEvent started:
                TakeData(started);
                break;
            // Only a step has a learning rate: what is told while evaluating and publishing repeats the last step's loss.
            case ProgressEvent { LearningRate: { } rate, Loss: { } loss } progress:
                tracker.LogMetric(TrainingLoss, loss, progress.Step);
                tracker.LogMetric("train/learning_rate", rate, progress.Step);
                Log("train/gradient_norm", progress.GradientNorm, progress.Step);
                Log("train/tokens_per_second", progress.TokensPerSecond, progress.Step);
                break;
            case EvaluationEvent evaluation:
                var prefix = evaluation.Model == EvaluationEvent.Base ? BasePrefix : AdaptedPrefix;
                tracker.LogMetric(prefix + Loss, evaluation.Loss, evaluation.Step);
                tracker.LogMetric($"{prefix}token_accuracy", evaluation.TokenAccuracy, evaluation.Step);
                Log($"{prefix}exact_match", evaluation.ExactMatch, evaluation.Step);
                break;
            default:
                break;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void TakeData(StartedEvent started)
    {
        var data = plan.Recipe.Data;
        var input = plan.Execution.Inputs[Execution.DatasetInput];
        var training = new TrackedDataset
        {
            Name = data.Dataset,
            Digest = data.Digest,
            Context = TrackedDataset.Training,
            Uri = input.Oci is { } oci ? $"oci://{oci.Reference}" : input.Path,
            Records = started.TrainRecords,
        };
        tracker.LogDataset(training);
        if (data.EvaluationFile is { } file)
        {
            // One folder and one digest, but for MLflow a data set of its own: it shows a run's use of one only once.
            tracker.LogDataset(training with
            {
                Name = $"{data.Dataset}/{file}",
                Context = TrackedDataset.Evaluation,
                Records = started.EvaluationRecords,
            });
        }
    }

    private void Log(string key, double? value, long step)
    {
        if (value is { } number)
        {
            tracker.LogMetric(key, number, step);
        }
    }
}
