using System.Globalization;
using System.Numerics;
using Graft.Api.Planning;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;

namespace Graft.Trainer.Schedules;

/// <summary>The learning rate that a plan asks for.</summary>
public static class PlanSchedule
{
    /// <summary>Half the distance from 1 to the next smaller number in float32: what is less vanishes when it is added.</summary>
    private static readonly double HalfSpacing = Math.Pow(2, -25);

    /// <summary>The rate of each optimizer step, from 0.</summary>
    /// <exception cref="PlanFormatException">The plan names a schedule that is not known.</exception>
    public static Func<int, double> Of(TrainingSpec training, int totalSteps)
    {
        var warmup = WarmupOf(training, totalSteps);
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

    /// <summary>
    /// The steps in which the rate rises. A share of all steps leaves at least one step at the full rate: in the first step of a warm-up
    /// the rate is 0, so that a run of one step would learn nothing.
    /// </summary>
    public static int WarmupOf(TrainingSpec training, int totalSteps) => training.WarmupSteps
        ?? Math.Min(WarmupSteps(training.WarmupRatio ?? 0, totalSteps), Math.Max(0, totalSteps - 1));

    /// <summary>Fails where no step has a rate that moves any weight.</summary>
    /// <param name="training">The settings.</param>
    /// <param name="totalSteps">Steps in all.</param>
    /// <param name="smallestWeight">The smallest absolute value among what is trained, as it begins.</param>
    /// <exception cref="PlanFormatException">There is none; the message has both numbers.</exception>
    public static void RequireMovement(TrainingSpec training, int totalSteps, double smallestWeight)
    {
        var warmup = WarmupOf(training, totalSteps);
        var highest = Of(training, totalSteps)(Math.Min(warmup, totalSteps - 1));
        if (highest == 0)
        {
            throw new PlanFormatException(
                $"training.warmupSteps: the learning rate is 0 in all steps: {totalSteps} steps, {warmup} of warm-up, which begins at 0. Train "
                + "longer, or set warmupSteps: 0.");
        }

        // AdamW moves a weight by about the rate in a step, and float32 forgets what is added to a number 2^25 times as large.
        var noticed = Math.Max(smallestWeight * HalfSpacing, HalfSpacing / totalSteps);
        if (highest < noticed)
        {
            throw new PlanFormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"training.learningRate: the highest rate is {highest:0.###e+0}, and below {noticed:0.###e+0} no weight of what is trained moves in "
                + $"float32 in {totalSteps} steps: nothing would be learned. Raise it; 1e-4 to 1e-3 are usual."));
        }
    }
}
