namespace Graft.Cli.Display;

/// <summary>A loss at a step.</summary>
public readonly record struct LossPoint(long Step, double Loss);

/// <summary>
/// The losses of a run in the order of its steps. A run that resumes from a checkpoint repeats steps: the last word counts.
/// </summary>
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

    /// <summary>
    /// The means of the points in so many equal spans of steps; between spans that hold points, a straight line.
    /// </summary>
    public static IReadOnlyList<double> Resample(IReadOnlyList<LossPoint> points, int count)
    {
        if (points.Count == 0)
        {
            return [];
        }

        var (first, last) = (points[0].Step, points[^1].Step);
        var known = points
            .GroupBy(point => last == first ? 0 : (int)((point.Step - first) * (count - 1) / (last - first)))
            .Select(span => (Place: span.Key, Mean: span.Average(point => point.Loss)))
            .ToList();
        var values = new double[count];
        Array.Fill(values, known[^1].Mean);
        foreach (var (left, right) in known.Zip(known.Skip(1)))
        {
            for (var place = left.Place; place < right.Place; place++)
            {
                var share = (double)(place - left.Place) / (right.Place - left.Place);
                values[place] = left.Mean + (share * (right.Mean - left.Mean));
            }
        }

        return values;
    }
}
