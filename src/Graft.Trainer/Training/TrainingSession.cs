using Graft.Adapters;
using Graft.Api.Planning;
using Graft.Data.Batches;
using Graft.Data.Samples;
using Graft.Models;
using Graft.Trainer.Optimization;
using Graft.Trainer.Schedules;
using static TorchSharp.torch;

namespace Graft.Trainer.Training;

/// <summary>
/// Everything that one run owns: the trained part, the optimizer, the place in the data. Several sessions may share one frozen model and
/// step in turn. What is random in a step is drawn from the seed and the step's number, so that no generator's state has to be kept: a
/// session restored at step k goes on exactly as one that was never stopped.
/// </summary>
public sealed class TrainingSession : IDisposable
{
    private readonly ICausalLanguageModel _model;
    private readonly IReadOnlyList<Sample> _samples;
    private readonly PlanTraining _training;
    private readonly ILoss _loss;
    private readonly int _padId;
    private readonly StepPlan _steps;
    private readonly Func<int, double> _rate;

    /// <summary>Creates a session at step 0.</summary>
    /// <param name="model">The frozen model; stays the caller's.</param>
    /// <param name="adapter">The trained part; the session disposes it.</param>
    /// <param name="samples">What is trained on.</param>
    /// <param name="training">The optimizer's settings.</param>
    /// <param name="padId">What fills up short rows.</param>
    /// <param name="loss">What is made small.</param>
    public TrainingSession(
        ICausalLanguageModel model, IAdapter adapter, IReadOnlyList<Sample> samples, PlanTraining training, int padId, ILoss loss)
    {
        _model = model;
        _samples = samples;
        _training = training;
        _padId = padId;
        _loss = loss;
        Adapter = adapter;
        _steps = new StepPlan(samples.Select(s => s.Length), training.BatchSize, training.GradientAccumulationSteps, training.Seed);
        TotalSteps = training.MaxSteps ?? (int)Math.Ceiling((training.Epochs ?? 1.0) * _steps.StepsPerEpoch);
        _rate = PlanSchedule.Of(training, TotalSteps);
        Optimizer = new AdamW(
            adapter.Trainable,
            new AdamWOptions(training.AdamBeta1, training.AdamBeta2, training.AdamEpsilon, training.WeightDecay));
    }

    /// <summary>The trained part.</summary>
    public IAdapter Adapter { get; }

    /// <summary>The optimizer.</summary>
    public AdamW Optimizer { get; }

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
        double loss = 0;
        foreach (var samples in batches)
        {
            loss += Accumulate(samples, labeled);
        }

        loss /= labeled;
        var rate = _rate(Step);
        var norm = Gradients.Clip(Adapter.Trainable, _training.MaxGradientNorm);
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            Gradients.Clear(Adapter.Trainable);
            var what = double.IsFinite(loss) ? "The gradient is not finite" : $"The loss is {(double.IsNaN(loss) ? "NaN" : "infinite")}";
            throw new DivergedException(Step + 1, what, [.. batches.SelectMany(b => b).Select(s => s.Id)]);
        }

        Optimizer.Update(rate);
        Gradients.Clear(Adapter.Trainable);
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
        Adapter.Dispose();
    }

    private double Accumulate(Sample[] samples, long labeled)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch.Of(samples, _padId, _model.Device);
        var sum = _loss.Of(_model, batch, Adapter.TrainingHooks);
        (sum.Sum / labeled).backward();
        return sum.Sum.to(ScalarType.Float64).item<double>();
    }

    private void SeedDropout() => manual_seed(unchecked((long)SplitMix64.For(_training.Seed, Step).Next()));
}
