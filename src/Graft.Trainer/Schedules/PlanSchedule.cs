using System.Numerics;
using Graft.Api.Planning;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;

namespace Graft.Trainer.Schedules;

/// <summary>The learning rate that a plan asks for.</summary>
public static class PlanSchedule
{
    /// <summary>The rate of each optimizer step, from 0.</summary>
    /// <exception cref="PlanFormatException">The plan names a schedule that is not known.</exception>
    public static Func<int, double> Of(TrainingSpec training, int totalSteps)
    {
        var warmup = training.WarmupSteps ?? WarmupSteps(training.WarmupRatio ?? 0, totalSteps);
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

    /// <summary>The steps of a warm-up that is a share of all steps, rounded up.</summary>
    public static int WarmupSteps(DecimalText share, int totalSteps) => (int)BigInteger.Min(share.TimesRoundedUp(totalSteps), totalSteps);

    /// <summary>The optimizer steps of a run.</summary>
    /// <param name="training">The plan's settings.</param>
    /// <param name="stepsPerEpoch">Steps in which every sample is seen once.</param>
    /// <exception cref="PlanFormatException">They are more than can be counted.</exception>
    public static int TotalSteps(TrainingSpec training, int stepsPerEpoch)
    {
        var steps = training.MaxSteps ?? (training.Epochs ?? 1).TimesRoundedUp(stepsPerEpoch);
        return steps <= int.MaxValue
            ? (int)steps
            : throw new PlanFormatException(
                $"training.epochs: {training.Epochs} times the {stepsPerEpoch} steps of an epoch are {steps} steps, and {int.MaxValue} are the "
                + "most; set maxSteps.");
    }
}
