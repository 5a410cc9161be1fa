using Graft.Data.Batches;
using Graft.Data.Samples;
using Graft.Models;
using Graft.Models.Hooks;
using Graft.Trainer.Training;
using static TorchSharp.torch;

namespace Graft.Trainer.Evaluation;

/// <summary>Measures loss and token accuracy; sums on the fly, so that no logits are kept.</summary>
public sealed class LossEvaluator
{
    private readonly ICausalLanguageModel _model;
    private readonly ILoss _loss;
    private readonly Sample[][] _batches;
    private readonly int _padId;

    /// <summary>Creates an evaluator.</summary>
    /// <param name="model">The frozen model.</param>
    /// <param name="loss">The loss that is trained on.</param>
    /// <param name="samples">The held-out samples.</param>
    /// <param name="batchSize">Samples in a forward pass.</param>
    /// <param name="padId">What fills up short rows.</param>
    public LossEvaluator(ICausalLanguageModel model, ILoss loss, IEnumerable<Sample> samples, int batchSize, int padId)
    {
        _model = model;
        _loss = loss;
        _padId = padId;
        _batches = [.. samples.OrderBy(s => s.Length).Chunk(batchSize)];
    }

    /// <summary>The figures of the frozen model with hooks, or without any.</summary>
    public EvaluationFigures Measure(ModelHooks? hooks, CancellationToken cancellationToken)
    {
        using var noGradient = no_grad();
        double loss = 0, correct = 0;
        long labeled = 0;
        foreach (var samples in _batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var batch = Batch.Of(samples, _padId, _model.Device);
            var sum = _loss.Of(_model, batch, hooks);
            loss += sum.Sum.to(ScalarType.Float64).item<double>();
            correct += sum.Correct.to(ScalarType.Float64).item<double>();
            labeled += sum.Count;
        }

        return new EvaluationFigures(loss / labeled, correct / labeled);
    }
}
