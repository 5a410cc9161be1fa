using Graft.Api.Planning;
using Graft.Api.V1Alpha1;

namespace Graft.Trainer.Schedules;

/// <summary>The learning rate that a plan asks for.</summary>
public static class PlanSchedule
{
    /// <summary>The rate of each optimizer step, from 0.</summary>
    /// <exception cref="PlanFormatException">The plan names a schedule that is not known.</exception>
    public static Func<int, double> Of(TrainingSpec training, int totalSteps)
    {
        var warmup = training.WarmupSteps ?? RateFactors.WarmupSteps(training.WarmupRatio?.Value ?? 0, totalSteps);
        var factor = training.Schedule switch
        {
            "cosine" => RateFactors.Cosine(warmup, totalSteps),
            "linear" => RateFactors.Linear(warmup, totalSteps),
            "constant" => RateFactors.Constant(warmup),
            var other => throw new PlanFormatException($"training.schedule: '{other}' is not known; known are cosine, linear, constant."),
        };
        var rate = training.LearningRate.Value;
        return step => rate * factor(step);
    }
}
