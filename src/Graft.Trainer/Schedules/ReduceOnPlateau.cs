namespace Graft.Trainer.Schedules;

/// <summary>How a plateau is told and answered, as torch.optim does.</summary>
public sealed record PlateauOptions
{
    /// <summary>Whether a larger metric is better.</summary>
    public bool Maximize { get; init; }

    /// <summary>By what the rate is multiplied.</summary>
    public double Factor { get; init; } = 0.1;

    /// <summary>The patience: how many metrics without improvement are tolerated before the rate falls.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>What counts as an improvement.</summary>
    public double Threshold { get; init; } = 1e-4;

    /// <summary>Whether the threshold is a difference instead of a share of the best metric.</summary>
    public bool AbsoluteThreshold { get; init; }

    /// <summary>Metrics after a fall during which none is counted.</summary>
    public int Cooldown { get; init; }

    /// <summary>The lowest rate.</summary>
    public double MinimumRate { get; init; }

    /// <summary>A smaller change is not made.</summary>
    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>
/// Where such a schedule stands; the one schedule that depends on more than the step, so that a checkpoint has to keep it.
/// </summary>
/// <param name="Rate">The present rate.</param>
/// <param name="Best">The best metric so far; null before the first.</param>
/// <param name="Bad">Metrics without improvement since.</param>
/// <param name="CooldownLeft">Metrics that are not counted any more.</param>
public sealed record PlateauState(double Rate, double? Best = null, int Bad = 0, int CooldownLeft = 0)
{
    /// <summary>The state after a metric.</summary>
    public PlateauState After(double metric, PlateauOptions options)
    {
        var better = Best is not { } best || IsBetter(metric, best, options);
        var bad = better ? 0 : Bad + 1;
        var cooldown = CooldownLeft;
        if (cooldown > 0)
        {
            cooldown--;
            bad = 0;
        }

        var rate = Rate;
        if (bad > options.Patience)
        {
            var lower = Math.Max(rate * options.Factor, options.MinimumRate);
            rate = rate - lower > options.Epsilon ? lower : rate;
            cooldown = options.Cooldown;
            bad = 0;
        }

        return new PlateauState(rate, better ? metric : Best, bad, cooldown);
    }

    private static bool IsBetter(double metric, double best, PlateauOptions options) => (options.Maximize, options.AbsoluteThreshold) switch
    {
        (false, false) => metric < best * (1.0 - options.Threshold),
        (false, true) => metric < best - options.Threshold,
        (true, false) => metric > best * (1.0 + options.Threshold),
        (true, true) => metric > best + options.Threshold,
    };
}
