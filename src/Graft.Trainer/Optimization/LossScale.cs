namespace Graft.Trainer.Optimization;

/// <summary>Where a loss scale stands; a checkpoint keeps it.</summary>
/// <param name="Factor">By what the loss is multiplied.</param>
/// <param name="GoodSteps">Steps since it last changed.</param>
public sealed record LossScaleState(double Factor, int GoodSteps);

/// <summary>
/// By what the loss is multiplied before its gradient is taken, and the gradient is divided afterwards, so that gradients on the way
/// through float16 are neither rounded to zero nor infinite (Micikevicius et al. 2018, arXiv:1710.03740). The factors are those of
/// PyTorch's GradScaler. Where that skips a step whose gradient is infinite, the step is made again with half the factor: no record is
/// left out, and a run of one step learns.
/// </summary>
public sealed class LossScale
{
    private const double First = 65536;
    private const int StepsToGrow = 2000;

    /// <summary>Where it stands.</summary>
    public LossScaleState State { get; set; } = new(First, 0);

    /// <summary>The factor.</summary>
    public double Factor => State.Factor;

    /// <summary>Halves the factor after a gradient that is not finite.</summary>
    /// <returns>Whether there is a smaller one: below 1 it is not the scale's fault.</returns>
    public bool TryLower()
    {
        State = new LossScaleState(State.Factor / 2, 0);
        return State.Factor >= 1;
    }

    /// <summary>Counts a step that was made; after many the factor doubles.</summary>
    public void Count()
    {
        State = State.GoodSteps + 1 < StepsToGrow
            ? State with { GoodSteps = State.GoodSteps + 1 }
            : new LossScaleState(State.Factor * 2, 0);
    }
}
