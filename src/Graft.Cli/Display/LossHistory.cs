namespace Graft.Cli.Display;

/// <summary>A loss at a step.</summary>
public readonly record struct LossPoint(long Step, double Loss);

/// <summary>The losses of a run in the order of its steps. A run that goes on from a checkpoint repeats steps: the last word counts.</summary>
public sealed class LossHistory
{
    private readonly SortedList<long, double> _losses = [];

    /// <summary>The points, first step first.</summary>
    public IReadOnlyList<LossPoint> Points => [.. _losses.Select(pair => new LossPoint(pair.Key, pair.Value))];

    /// <summary>Adds a point; a loss that is not a finite number is left out, since it cannot be drawn.</summary>
    public void Add(long step, double loss)
    {
        if (double.IsFinite(loss))
        {
            _losses[step] = loss;
        }
    }

    /// <summary>
    /// The points' exponential moving average over about a fortieth of them, corrected for its start: with weight w of the past,
    /// s = w s + (1 - w) x and s / (1 - w^n).
    /// </summary>
    public static IReadOnlyList<LossPoint> Smooth(IReadOnlyList<LossPoint> points)
    {
        var weight = 1 - (1 / Math.Max(1, points.Count / 40.0));
        var smooth = new LossPoint[points.Count];
        var (average, past) = (0.0, 1.0);
        for (var index = 0; index < points.Count; index++)
        {
            average = (weight * average) + ((1 - weight) * points[index].Loss);
            past *= weight;
            smooth[index] = points[index] with { Loss = average / (1 - past) };
        }

        return smooth;
    }

    /// <summary>The means of the points in so many equal stretches of steps; a stretch without a point repeats the one before.</summary>
    public static IReadOnlyList<double> Resample(IReadOnlyList<LossPoint> points, int count)
    {
        if (points.Count == 0)
        {
            return [];
        }

        var (first, last) = (points[0].Step, points[^1].Step);
        var sums = new double[count];
        var numbers = new int[count];
        foreach (var point in points)
        {
            var bucket = last == first ? 0 : (int)((point.Step - first) * (count - 1) / (last - first));
            sums[bucket] += point.Loss;
            numbers[bucket]++;
        }

        var means = new double[count];
        var mean = points[0].Loss;
        for (var bucket = 0; bucket < count; bucket++)
        {
            mean = numbers[bucket] > 0 ? sums[bucket] / numbers[bucket] : mean;
            means[bucket] = mean;
        }

        return means;
    }
}
