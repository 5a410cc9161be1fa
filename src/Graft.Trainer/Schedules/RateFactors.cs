namespace Graft.Trainer.Schedules;

/// <summary>
/// By what the learning rate is multiplied in each optimizer step (counted from 0), as Hugging Face transformers computes it. With a
/// warm-up the very first step has the rate 0. A factor depends on the step alone, so that a resumed run goes on exactly.
/// Symbols: t the step, w the steps of warm-up, T the steps in all, p = (t - w) / max(1, T - w).
/// </summary>
public static class RateFactors
{
    /// <summary>1 after a linear warm-up.</summary>
    public static Func<int, double> Constant(int warmup = 0) => t => t < warmup ? Rise(t, warmup) : 1.0;

    /// <summary>Falls linearly to 0 at T.</summary>
    public static Func<int, double> Linear(int warmup, int total) =>
        t => t < warmup ? Rise(t, warmup) : Math.Max(0.0, (double)(total - t) / Math.Max(1, total - warmup));

    /// <summary>½ (1 + cos 2πcp), to 0 at T with c = ½ (Loshchilov and Hutter 2017, arXiv:1608.03983). Then it rises again.</summary>
    public static Func<int, double> Cosine(int warmup, int total, double cycles = 0.5) =>
        t => t < warmup ? Rise(t, warmup) : Math.Max(0.0, HalfCosine(cycles * 2.0 * Progress(t, warmup, total)));

    /// <summary>Several cosines from 1 to 0, each beginning anew.</summary>
    public static Func<int, double> CosineWithRestarts(int warmup, int total, int cycles = 1) => t =>
    {
        if (t < warmup)
        {
            return Rise(t, warmup);
        }

        var progress = Progress(t, warmup, total);
        return progress >= 1.0 ? 0.0 : Math.Max(0.0, HalfCosine(cycles * progress % 1.0));
    };

    /// <summary>Falls as a power of what is left, to <paramref name="endRate"/>.</summary>
    /// <param name="warmup">w.</param>
    /// <param name="total">T.</param>
    /// <param name="startRate">The rate that factors multiply, to which the end is relative.</param>
    /// <param name="endRate">The rate at T and after.</param>
    /// <param name="power">1 is linear.</param>
    public static Func<int, double> Polynomial(int warmup, int total, double startRate, double endRate = 1e-7, double power = 1.0) => t =>
    {
        if (t < warmup)
        {
            return Rise(t, warmup);
        }

        if (t > total)
        {
            return endRate / startRate;
        }

        var left = 1.0 - ((double)(t - warmup) / (total - warmup));
        return (((startRate - endRate) * Math.Pow(left, power)) + endRate) / startRate;
    };

    /// <summary>1 / √((t + s - w) / s), with the time scale s = w, or 10,000 without a warm-up.</summary>
    public static Func<int, double> InverseSquareRoot(int warmup, int? timescale = null)
    {
        var scale = timescale ?? (warmup > 0 ? warmup : 10_000);
        return t => t < warmup ? Rise(t, warmup) : 1.0 / Math.Sqrt((double)(t + scale - warmup) / scale);
    }

    /// <summary>A cosine to a share of the rate instead of 0; the warm-up still begins at 0.</summary>
    public static Func<int, double> CosineToMinimum(int warmup, int total, double minimum, double cycles = 0.5) =>
        t => t < warmup ? Rise(t, warmup) : Above(minimum, HalfCosine(cycles * 2.0 * Progress(t, warmup, total)));

    /// <summary>A cosine to a share of the rate, one step ahead, whose warm-up begins at 1/w or at a share of its own.</summary>
    public static Func<int, double> CosineToMinimumWithWarmStart(
        int warmup, int total, double minimum, double? warmStart = null, double cycles = 0.5) => t =>
    {
        if (t < warmup)
        {
            return warmStart is { } start
                ? start + ((1.0 - start) * t / Math.Max(1, warmup - 1))
                : (t + 1.0) / Math.Max(1, warmup);
        }

        var progress = (t - warmup + 1.0) / Math.Max(1, total - warmup);
        return Above(minimum, HalfCosine(cycles * 2.0 * progress));
    };

    /// <summary>The linear rise of a warm-up.</summary>
    internal static double Rise(int step, int warmup) => (double)step / Math.Max(1, warmup);

    /// <summary>½ (1 + cos πx).</summary>
    internal static double HalfCosine(double x) => 0.5 * (1.0 + Math.Cos(Math.PI * x));

    /// <summary>A factor between 0 and 1 moved to between <paramref name="minimum"/> and 1.</summary>
    internal static double Above(double minimum, double factor) => Math.Max(0.0, (factor * (1.0 - minimum)) + minimum);

    private static double Progress(int step, int warmup, int total) => (double)(step - warmup) / Math.Max(1, total - warmup);
}
