using System.Globalization;

namespace Graft.Programs.Charts;

/// <summary>A loss at a step.</summary>
public readonly record struct LossPoint(long Step, double Loss);

/// <summary>
/// The losses of a run in the order of its steps. A run that resumes from a checkpoint repeats steps: the later loss counts.
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

    /// <summary>Adds points as <see cref="Add"/> does.</summary>
    public void AddAll(IEnumerable<LossPoint> points)
    {
        foreach (var (step, loss) in points)
        {
            Add(step, loss);
        }
    }

    /// <summary>
    /// The mean of the points around each, about a twentieth of all. As many are taken before a point as after it, so that the curve
    /// does not lag behind; towards the ends that is fewer.
    /// </summary>
    public static IReadOnlyList<LossPoint> Smooth(IReadOnlyList<LossPoint> points)
    {
        var sums = new double[points.Count + 1];
        for (var index = 0; index < points.Count; index++)
        {
            sums[index + 1] = sums[index] + points[index].Loss;
        }

        var smooth = new LossPoint[points.Count];
        for (var index = 0; index < points.Count; index++)
        {
            var reach = Math.Min(Reach(points.Count), Math.Min(index, points.Count - 1 - index));
            var mean = (sums[index + reach + 1] - sums[index - reach]) / ((2 * reach) + 1);
            smooth[index] = points[index] with { Loss = mean };
        }

        return smooth;
    }

    /// <summary>What <see cref="Smooth"/> makes of so many points, in words.</summary>
    public static string SmoothName(int points)
    {
        return Reach(points) is > 0 and var reach
            ? string.Create(CultureInfo.InvariantCulture, $"mean of {(2 * reach) + 1} around each")
            : "each step";
    }

    private static int Reach(int points) => points / 40;

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
