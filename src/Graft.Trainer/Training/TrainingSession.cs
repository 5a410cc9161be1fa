using Graft.Adapters;
using Graft.Api.Planning;
using Graft.Data.Batches;
using Graft.Data.Samples;
using Graft.Models;
using Graft.Models.Training;
using Graft.Trainer.Optimization;
using Graft.Trainer.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace Graft.Trainer.Training;

/// <summary>
/// Everything that one run owns: the trained part, the optimiser, the place in the data. Several sessions may share one frozen model and
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
    /// <param name="training">The optimiser's settings.</param>
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

    /// <summary>The optimiser.</summary>
    public AdamW Optimizer { get; }

    /// <summary>Optimiser steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Optimiser steps in all.</summary>
    public int TotalSteps { get; }

    /// <summary>Steps in which every sample is seen once.</summary>
    public int StepsPerEpoch => _steps.StepsPerEpoch;

    /// <summary>Tokens that went through the model so far, padding left out.</summary>
    public long TokensSeen { get; private set; }

    /// <summary>The last step's loss; null before the first.</summary>
    public double? LastLoss { get; private set; }

    /// <summary>Whether all steps are done.</summary>
    public bool IsFinished => Step >= TotalSteps;

    /// <summary>Makes one optimiser step.</summary>
    /// <exception cref="DivergedException">The loss or the gradient is not finite; nothing was updated.</exception>
    public StepReport Advance()
    {
        using DisposeScope scope = NewDisposeScope();
        Sample[][] batches = [.. _steps.Batches(Step).Select(batch => Array.ConvertAll(batch, i => _samples[i]))];
        // Normalising by the labelled tokens of the whole window makes one batch of 32 and 32 batches of one the same step.
        long labelled = batches.Sum(batch => batch.Sum(sample => (long)sample.TrainedTokens));
        SeedDropout();
        double loss = 0;
        foreach (Sample[] samples in batches)
        {
            loss += Accumulate(samples, labelled);
        }

        loss /= labelled;
        double rate = _rate(Step);
        double norm = Gradients.Clip(Adapter.Trainable, _training.MaxGradientNorm);
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            Gradients.Clear(Adapter.Trainable);
            string what = double.IsFinite(loss) ? "The gradient is not finite" : $"The loss is {(double.IsNaN(loss) ? "NaN" : "infinite")}";
            throw new DivergedException(Step + 1, what, [.. batches.SelectMany(b => b).Select(s => s.Id)]);
        }

        Optimizer.Update(rate);
        Gradients.Clear(Adapter.Trainable);
        int tokens = batches.Sum(batch => batch.Sum(sample => sample.Length));
        Step++;
        TokensSeen += tokens;
        LastLoss = loss;
        return new StepReport(Step, loss, rate, norm, tokens);
    }

    /// <summary>Sets the place in the run to one that was saved; the adapter's and the optimiser's tensors are restored apart.</summary>
    public void Resume(int step, long tokensSeen, double? lastLoss)
    {
        Step = step;
        TokensSeen = tokensSeen;
        LastLoss = lastLoss;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        Adapter.Dispose();
    }

    private double Accumulate(Sample[] samples, long labelled)
    {
        using DisposeScope scope = NewDisposeScope();
        using Batch batch = Batch.Of(samples, _padId, _model.Device);
        LossSum sum = _loss.Of(_model, batch, Adapter.TrainingHooks);
        (sum.Sum / labelled).backward();
        return sum.Sum.to(ScalarType.Float64).item<double>();
    }

    private void SeedDropout() => manual_seed(unchecked((long)SplitMix64.For(_training.Seed, Step).Next()));
}
