namespace Graft.Trainer.Training;

/// <summary>What an optimizer step did.</summary>
/// <param name="Step">Steps done, this one included.</param>
/// <param name="Loss">Loss per labeled token over the whole accumulation window, before the update.</param>
/// <param name="LearningRate">The rate of the update.</param>
/// <param name="GradientNorm">The norm of the gradient before clipping.</param>
/// <param name="Tokens">Tokens that went through the model, padding left out.</param>
public sealed record StepReport(int Step, double Loss, double LearningRate, double GradientNorm, int Tokens);

/// <summary>The loss or the gradient is NaN or infinite. The parameters are those of the step before.</summary>
public sealed class DivergedException(int step, string what, IReadOnlyList<string> recordIds)
    : Exception($"{what} in step {step}; the records of the batch are "
        + $"{string.Join(", ", recordIds.Take(4))}{(recordIds.Count > 4 ? "…" : "")}. "
        + "Try a smaller learning rate or a longer warm-up, and look at these records.")
{
    /// <summary>The step, from 1.</summary>
    public int Step { get; } = step;

    /// <summary>What is not finite.</summary>
    public string What { get; } = what;

    /// <summary>The records that the step saw.</summary>
    public IReadOnlyList<string> RecordIds { get; } = recordIds;
}
