using Graft.Data.Batches;
using Graft.Data.Samples;
using Graft.Models.Hooks;
using Graft.Trainer.Parts;
using Graft.Trainer.Training;
using static TorchSharp.torch;

namespace Graft.Trainer.Evaluation;

/// <summary>Measures loss and token accuracy; sums on the fly, so that no logits are kept.</summary>
public sealed class LossEvaluator
{
    private readonly PartGraph _parts;
    private readonly IObjective _objective;
    private readonly ICollator _collator;
    private readonly Sample[][] _batches;

    /// <summary>Creates an evaluator.</summary>
    /// <param name="parts">The frozen models, and what is trained.</param>
    /// <param name="objective">The loss that is trained on; its last phase is measured.</param>
    /// <param name="samples">The held-out samples.</param>
    /// <param name="batchSize">Samples in a forward pass.</param>
    /// <param name="collator">Puts samples side by side.</param>
    public LossEvaluator(PartGraph parts, IObjective objective, IEnumerable<Sample> samples, int batchSize, ICollator collator)
    {
        (_parts, _objective, _collator) = (parts, objective, collator);
        _batches = [.. samples.OrderBy(s => s.Length).Chunk(batchSize)];
    }

    /// <summary>The samples.</summary>
    public int Count => _batches.Sum(samples => samples.Length);

    /// <summary>The figures with what is trained, or of the language model alone.</summary>
    /// <param name="hooks">What is trained; null without it.</param>
    /// <param name="onDone">Told after each batch how many samples have been measured.</param>
    /// <param name="cancellationToken">Ends it between batches.</param>
    public EvaluationFigures Measure(ModelHooks? hooks, Action<long>? onDone, CancellationToken cancellationToken)
    {
        using var noGradient = no_grad();
        double loss = 0, correct = 0;
        long labeled = 0, done = 0;
        foreach (var samples in _batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var batch = _collator.Of(samples, _parts.LanguageModel.Device);
            var sum = _objective.Of(_parts, batch, hooks, _objective.Phases[^1]);
            loss += sum.Sum.to(ScalarType.Float64).item<double>();
            correct += sum.Correct.to(ScalarType.Float64).item<double>();
            labeled += sum.Count;
            onDone?.Invoke(done += samples.Length);
        }

        return new EvaluationFigures(loss / labeled, correct / labeled);
    }
}
