using Graft.Adapters;
using Graft.Api.V1Alpha1;
using Graft.Data.Batches;
using Graft.Data.Samples;
using Graft.Trainer.Optimization;
using Graft.Trainer.Parts;
using Graft.Trainer.Schedules;
using static TorchSharp.torch;

namespace Graft.Trainer.Training;

/// <summary>
/// Everything that one run owns: the trained parts, the optimizer, the place in the data. Several sessions may share frozen models and
/// step in turn. What is random in a step is drawn from the seed and the step's number, so that no generator's state has to be kept: a
/// session restored at step k goes on exactly as one that was never stopped.
/// </summary>
public sealed class TrainingSession : IDisposable
{
    private readonly ICollator _collator;
    private readonly IReadOnlyList<Sample> _samples;
    private readonly TrainingSpec _training;
    private readonly IObjective _objective;
    private readonly StepPlan _steps;
    private readonly Func<int, double> _rate;

    /// <summary>Creates a session at step 0.</summary>
    /// <param name="parts">The parts; the session disposes them.</param>
    /// <param name="samples">What is trained on.</param>
    /// <param name="collator">Puts samples side by side.</param>
    /// <param name="training">The optimizer's settings.</param>
    /// <param name="objective">The training loss.</param>
    public TrainingSession(
        PartGraph parts, IReadOnlyList<Sample> samples, ICollator collator, TrainingSpec training, IObjective objective)
    {
        (Parts, _samples, _collator, _training, _objective) = (parts, samples, collator, training, objective);
        _steps = new StepPlan(samples.Select(s => s.Length), training.BatchSize, training.GradientAccumulationSteps, training.Seed);
        TotalSteps = PlanSchedule.TotalSteps(training, _steps.StepsPerEpoch);
        _rate = PlanSchedule.Of(training, TotalSteps);
        LossScale = training.Precision == "float16" ? new LossScale() : null;
        Optimizer = new AdamW(
            parts.Groups, new AdamWOptions(training.AdamBeta1, training.AdamBeta2, training.AdamEpsilon, training.WeightDecay));
    }

    /// <summary>The parts.</summary>
    public PartGraph Parts { get; }

    /// <summary>The optimizer.</summary>
    public AdamW Optimizer { get; }

    /// <summary>By what the loss is multiplied in float16; null in types whose numbers reach far enough.</summary>
    public LossScale? LossScale { get; }

    /// <summary>Optimizer steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Optimizer steps in all.</summary>
    public int TotalSteps { get; }

    /// <summary>Steps in which every sample is seen once.</summary>
    public int StepsPerEpoch => _steps.StepsPerEpoch;

    /// <summary>Tokens that went through the model so far, padding left out.</summary>
    public long TokensSeen { get; private set; }

    /// <summary>The last step's loss; null before the first.</summary>
    public double? LastLoss { get; private set; }

    /// <summary>Whether all steps are done.</summary>
    public bool IsFinished => Step >= TotalSteps;

    /// <summary>Makes one optimizer step.</summary>
    /// <exception cref="DivergedException">The loss or the gradient is not finite; nothing was updated.</exception>
    public StepReport Advance()
    {
        using var scope = NewDisposeScope();
        Sample[][] batches = [.. _steps.Batches(Step).Select(batch => Array.ConvertAll(batch, i => _samples[i]))];
        // Normalizing by the labeled tokens of the whole window makes one batch of 32 and 32 batches of one the same step.
        var labeled = batches.Sum(batch => batch.Sum(sample => (long)sample.TrainedTokens));
        SeedDropout();
        var rate = _rate(Step);
        double loss = 0, norm = 0;
        foreach (var phase in _objective.Phases)
        {
            (loss, norm) = Move(phase, batches, labeled, rate);
        }

        var tokens = batches.Sum(batch => batch.Sum(sample => sample.Length));
        Step++;
        TokensSeen += tokens;
        LastLoss = loss;
        return new StepReport(Step, loss, rate, norm, tokens);
    }

    /// <summary>Sets the place in the run to one that was saved; the adapter's and the optimizer's tensors are restored apart.</summary>
    public void Resume(int step, long tokensSeen, double? lastLoss)
    {
        Step = step;
        TokensSeen = tokensSeen;
        LastLoss = lastLoss;
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Parts.Dispose();
    }

    /// <summary>The loss of a phase over the whole window, and the update that lowers it.</summary>
    private (double Loss, double GradientNorm) Move(ObjectivePhase phase, Sample[][] batches, long labeled, double rate)
    {
        TrainableParameter[] moved =
            [.. Parts.Groups.Where(group => phase.Groups?.Contains(group.Name) != false).SelectMany(group => group.Parameters)];
        double loss, norm;
        while (true)
        {
            loss = batches.Aggregate(0.0, (sum, samples) => sum + Accumulate(phase, samples, labeled)) / labeled;
            norm = Unscaled(moved);
            if (double.IsFinite(loss) && double.IsFinite(norm))
            {
                break;
            }

            Gradients.Clear(Parts.Trainable);
            if (!double.IsFinite(loss) || LossScale?.TryLower() != true)
            {
                throw Diverged(loss, batches);
            }

            // The same step once more, with the same dropout.
            SeedDropout();
        }

        LossScale?.Count();
        Optimizer.Update(rate, phase.Groups);
        Gradients.Clear(Parts.Trainable);
        return (loss, norm);
    }

    /// <summary>Divides the gradients by what the loss was multiplied by, and clips them.</summary>
    /// <returns>Their norm before clipping.</returns>
    private double Unscaled(TrainableParameter[] moved)
    {
        if (LossScale is not null)
        {
            Gradients.Scale(moved, 1 / LossScale.Factor);
        }

        return Gradients.Clip(moved, _training.MaxGradientNorm);
    }

    private DivergedException Diverged(double loss, Sample[][] batches)
    {
        var what = double.IsFinite(loss) ? "The gradient is not finite" : $"The loss is {(double.IsNaN(loss) ? "NaN" : "infinite")}";
        var type = LossScale is null ? "" : " in float16, whose numbers end at 65504 (bfloat16 and float32 reach further),";
        return new DivergedException(Step + 1, what + type, [.. batches.SelectMany(b => b).Select(s => s.Id)]);
    }

    private double Accumulate(ObjectivePhase phase, Sample[] samples, long labeled)
    {
        using var scope = NewDisposeScope();
        using var batch = _collator.Of(samples, Parts.LanguageModel.Device);
        var sum = _objective.Of(Parts, batch, Parts.TrainingHooks, phase);
        (LossScale is null ? sum.Sum / labeled : sum.Sum * (LossScale.Factor / labeled)).backward();
        return sum.Sum.to(ScalarType.Float64).item<double>();
    }

    private void SeedDropout() => manual_seed(unchecked((long)SplitMix64.For(_training.Seed, Step).Next()));
}
