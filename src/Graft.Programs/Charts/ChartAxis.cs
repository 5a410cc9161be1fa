using System.Globalization;

namespace Graft.Programs.Charts;

/// <summary>How losses are spread along an axis.</summary>
public enum LossScale
{
    /// <summary>Logarithmic where the losses span two powers of ten or more, else linear.</summary>
    Auto,

    /// <summary>Equal differences are equally far apart.</summary>
    Linear,

    /// <summary>Equal ratios are equally far apart.</summary>
    Log,
}

/// <summary>An axis: the values that are written at it, and where any other one lies between the first and the last.</summary>
public sealed class ChartAxis
{
    private const int MostIntervals = 6;
    private const double AutomaticRatio = 100;
    private static readonly double[] Factors = [1, 2, 5];

    private ChartAxis(IReadOnlyList<double> ticks, bool isLogarithmic)
    {
        Ticks = ticks;
        IsLogarithmic = isLogarithmic;
    }

    /// <summary>Round values that enclose all others; two at least.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Whether equal ratios are equally far apart.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>An axis of steps: whole numbers.</summary>
    public static ChartAxis OfSteps(long low, long high)
    {
        return new ChartAxis(LinearTicks(low, high, leastInterval: 1), isLogarithmic: false);
    }

    /// <summary>An axis of losses.</summary>
    /// <param name="losses">All that is drawn; one at least.</param>
    /// <param name="scale">How they are spread.</param>
    public static ChartAxis OfLosses(IReadOnlyCollection<double> losses, LossScale scale)
    {
        var (low, high) = (losses.Min(), losses.Max());
        return IsLog(low, high, scale)
            ? new ChartAxis(LogarithmicTicks(low, high), isLogarithmic: true)
            : new ChartAxis(LinearTicks(low, high, leastInterval: 0), isLogarithmic: false);
    }

    /// <summary>Whether losses between two values are spread logarithmically; losses of 0 and less cannot be.</summary>
    public static bool IsLog(double low, double high, LossScale scale)
    {
        return low > 0 && scale switch
        {
            LossScale.Log => true,
            LossScale.Auto => high / low >= AutomaticRatio,
            _ => false,
        };
    }

    /// <summary>Where a value lies: 0 at the first tick, 1 at the last.</summary>
    public double Share(double value)
    {
        return Share(value, Ticks[0], Ticks[^1], IsLogarithmic);
    }

    /// <summary>Where a value lies between two others, 0 to 1; 0 where they are the same.</summary>
    public static double Share(double value, double low, double high, bool isLogarithmic)
    {
        return high <= low ? 0
            : isLogarithmic ? Math.Log(value / low) / Math.Log(high / low)
            : (value - low) / (high - low);
    }

    /// <summary>A tick's number.</summary>
    public static string Label(double tick)
    {
        return tick.ToString(tick != 0 && Math.Abs(tick) < 1e-4 ? "0.#e-0" : "0.####", CultureInfo.InvariantCulture);
    }

    /// <summary>Numbers 1, 2 or 5 times a power of ten apart.</summary>
    private static double[] LinearTicks(double low, double high, double leastInterval)
    {
        var range = high > low ? high - low : Math.Max(Math.Abs(high), 1);
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / (MostIntervals - 1))));
        var interval = power * Factors.Append(10).First(factor => range / (power * factor) <= MostIntervals);
        interval = Math.Max(interval, leastInterval);
        var first = Math.Floor(low / interval);
        var count = (int)Math.Max(1, Math.Ceiling(high / interval) - first);
        return [.. Enumerable.Range(0, count + 1).Select(index => (first + index) * interval)];
    }

    /// <summary>1, 2 and 5 times powers of ten; only the powers, or each so many of them, where these would be too many.</summary>
    private static double[] LogarithmicTicks(double low, double high)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high)));
        last = Math.Max(last, first + 1);
        var fine = Enumerable.Range(first, last - first).SelectMany(power => Factors.Select(factor => factor * Math.Pow(10, power)))
            .Append(Math.Pow(10, last)).ToList();
        // The last tick that is not above the lowest value, to the first one that is not below the highest.
        var begin = fine.FindLastIndex(tick => tick <= low);
        var end = fine.FindIndex(tick => tick >= high);
        begin = Math.Max(begin, 0);
        end = end < 0 ? fine.Count - 1 : Math.Max(end, begin + 1);
        if (end - begin <= MostIntervals)
        {
            return [.. fine[begin..(end + 1)]];
        }

        var stride = (int)Math.Ceiling((last - first) / (double)MostIntervals);
        var count = (int)Math.Ceiling((last - first) / (double)stride);
        return [.. Enumerable.Range(0, count + 1).Select(index => Math.Pow(10, first + (index * stride)))];
    }
}
