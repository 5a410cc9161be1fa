namespace Graft.Trainer.Schedules;

/// <summary>The form of a rise or fall.</summary>
public enum Ramp
{
    /// <summary>In a straight line.</summary>
    Linear,

    /// <summary>Along a cosine.</summary>
    Cosine,

    /// <summary>1 - √x: steep first where it falls, steep last where it rises.</summary>
    OneMinusSquareRoot,
}

/// <summary>Warm-up, a long span at the full rate, then decay (Hu et al. 2024, arXiv:2404.06395).</summary>
/// <param name="Warmup">Steps in which the rate rises from the minimum.</param>
/// <param name="Stable">Steps at the full rate.</param>
/// <param name="Decay">Steps in which it falls to the minimum.</param>
public sealed record WarmupStableDecay(int Warmup, int Stable, int Decay)
{
    /// <summary>The share of the rate at both ends.</summary>
    public double Minimum { get; init; }

    /// <summary>The form of the rise.</summary>
    public Ramp WarmupRamp { get; init; } = Ramp.Linear;

    /// <summary>The form of the fall.</summary>
    public Ramp DecayRamp { get; init; } = Ramp.Cosine;

    /// <summary>Cycles of a falling cosine; ½ ends at the minimum.</summary>
    public double Cycles { get; init; } = 0.5;

    /// <summary>The factor of a step, from 0.</summary>
    public double Factor(int step)
    {
        if (step < Warmup)
        {
            var risen = RateFactors.Rise(step, Warmup);
            return RateFactors.Above(Minimum, WarmupRamp switch
            {
                Ramp.Cosine => 0.5 * (1.0 - Math.Cos(Math.PI * risen)),
                Ramp.OneMinusSquareRoot => 1.0 - Math.Sqrt(1.0 - risen),
                _ => risen,
            });
        }

        var decayed = step - Warmup - Stable;
        if (decayed < 0)
        {
            return 1.0;
        }

        if (decayed >= Decay)
        {
            return Minimum;
        }

        var fallen = RateFactors.Rise(decayed, Decay);
        return RateFactors.Above(Minimum, DecayRamp switch
        {
            Ramp.Cosine => RateFactors.HalfCosine(Cycles * 2.0 * fallen),
            Ramp.OneMinusSquareRoot => 1.0 - Math.Sqrt(fallen),
            _ => 1.0 - fallen,
        });
    }
}
