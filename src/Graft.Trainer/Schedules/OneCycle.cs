namespace Graft.Trainer.Schedules;

/// <summary>
/// One rise and one fall (Smith and Topin 2018, arXiv:1708.07120), as torch.optim computes it without cycling the momentum.
/// </summary>
/// <param name="MaximumRate">The rate at the top.</param>
/// <param name="TotalSteps">Steps in all.</param>
public sealed record OneCycle(double MaximumRate, int TotalSteps)
{
    /// <summary>The share of the steps in which the rate rises.</summary>
    public double RisingShare { get; init; } = 0.3;

    /// <summary>The top divided by the first rate.</summary>
    public double StartDivisor { get; init; } = 25;

    /// <summary>The first rate divided by the last.</summary>
    public double EndDivisor { get; init; } = 1e4;

    /// <summary>Straight lines instead of cosines.</summary>
    public bool Straight { get; init; }

    /// <summary>Fall to the first rate in as many steps as it rose, and to the last in the rest.</summary>
    public bool ThreePhases { get; init; }

    /// <summary>The rate of a step, from 0. The ends of phases are not whole steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cycle has no such step.</exception>
    public double Rate(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, TotalSteps);
        double start = MaximumRate / StartDivisor, end = start / EndDivisor;
        double top = (RisingShare * TotalSteps) - 1, last = TotalSteps - 1;
        var bottom = 2 * top;
        (double From, double To, double FromRate, double ToRate)[] phases = ThreePhases
            ? [(0, top, start, MaximumRate), (top, bottom, MaximumRate, start), (bottom, last, start, end)]
            : [(0, top, start, MaximumRate), (top, last, MaximumRate, end)];
        var (from, to, fromRate, toRate) = phases.FirstOrDefault(phase => step <= phase.To, phases[^1]);
        var progress = (step - from) / (to - from);
        return Straight
            ? ((toRate - fromRate) * progress) + fromRate
            : toRate + ((fromRate - toRate) / 2.0 * (Math.Cos(Math.PI * progress) + 1.0));
    }
}
