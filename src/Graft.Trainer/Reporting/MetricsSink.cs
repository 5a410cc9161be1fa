using Graft.Api.Reporting;
using Prometheus;

namespace Graft.Trainer.Reporting;

/// <summary>Serves /metrics for Prometheus while the run lasts.</summary>
public sealed class MetricsSink : IEventSink
{
    private readonly MetricServer _server;
    private readonly Gauge _step;
    private readonly Gauge _totalSteps;
    private readonly Gauge _loss;
    private readonly Gauge _learningRate;
    private readonly Gauge _tokensPerSecond;
    private readonly Gauge _checkpointStep;
    private readonly Gauge _evaluationLoss;

    /// <summary>Begins to serve on all addresses.</summary>
    /// <param name="port">The port.</param>
    public MetricsSink(int port)
    {
        var registry = Metrics.NewCustomRegistry();
        var metrics = Metrics.WithCustomRegistry(registry);
        _step = metrics.CreateGauge("graft_trainer_step", "Optimizer steps done.");
        _totalSteps = metrics.CreateGauge("graft_trainer_steps_planned", "Optimizer steps in all.");
        _loss = metrics.CreateGauge("graft_trainer_loss", "Loss per labeled token of the last step.");
        _learningRate = metrics.CreateGauge("graft_trainer_learning_rate", "Learning rate of the last step.");
        _tokensPerSecond = metrics.CreateGauge("graft_trainer_tokens_per_second", "Tokens trained on a second.");
        _checkpointStep = metrics.CreateGauge("graft_trainer_checkpoint_step", "Step of the last checkpoint.");
        _evaluationLoss = metrics.CreateGauge("graft_trainer_evaluation_loss", "Loss per labeled token on the held-out records.", "model");
        _server = new MetricServer(port, registry: registry);
        _server.Start();
    }

    public void Take(TrainerEvent told)
    {
        switch (told)
        {
            case ProgressEvent progress:
                _step.Set(progress.Step);
                _totalSteps.Set(progress.TotalSteps);
                Set(_loss, progress.Loss);
                Set(_learningRate, progress.LearningRate);
                Set(_tokensPerSecond, progress.TokensPerSecond);
                break;
            case CheckpointEvent checkpoint:
                _checkpointStep.Set(checkpoint.Step);
                break;
            case EvaluationEvent evaluation:
                _evaluationLoss.WithLabels(evaluation.Model).Set(evaluation.Loss);
                break;
            default:
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync().ConfigureAwait(false);
        _server.Dispose();
    }

    private static void Set(Gauge gauge, double? value)
    {
        if (value is { } number)
        {
            gauge.Set(number);
        }
    }
}
