using CsCheck;
using Graft.Programs.Charts;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class LossHistoryTests
{
    private static readonly Gen<LossPoint[]> Points = Gen.Double[0, 10].Array[1, 100]
        .Select(losses => losses.Select((loss, step) => new LossPoint(step, loss)).ToArray());

    [Fact]
    public void A_step_that_is_repeated_after_a_checkpoint_counts_once()
    {
        var history = new LossHistory();
        history.Add(1, 3);
        history.Add(2, 2.5);
        history.Add(3, 9);
        history.Add(2, 2.5);
        history.Add(3, 2);
        Assert.Equal([new(1, 3), new(2, 2.5), new(3, 2)], history.Points);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_loss_that_cannot_be_drawn_is_left_out(double loss)
    {
        var history = new LossHistory();
        history.Add(1, loss);
        Assert.Empty(history.Points);
    }

    [Fact]
    public void Smoothing_a_constant_changes_nothing()
    {
        var smooth = LossHistory.Smooth([new(1, 2), new(2, 2), new(3, 2)]);
        Assert.All(smooth, point => Assert.Equal(2, point.Loss, 12));
    }

    [Fact]
    public void A_smooth_curve_does_not_lag_behind()
    {
        LossPoint[] straight = [.. Enumerable.Range(0, 200).Select(step => new LossPoint(step, 200 - step))];
        Assert.All(
            LossHistory.Smooth(straight).Zip(straight), pair => Assert.Equal(pair.Second.Loss, pair.First.Loss, 9));
        Assert.Equal("mean of 11 around each", LossHistory.SmoothName(200));
        Assert.Equal("each step", LossHistory.SmoothName(39));
    }

    [Fact]
    public void Smoothing_and_resampling_stay_within_the_extremes()
    {
        Gen.Select(Points, Gen.Int[1, 80]).Sample((points, count) =>
        {
            var (low, high) = (points.Min(point => point.Loss) - 1e-9, points.Max(point => point.Loss) + 1e-9);
            var values = LossHistory.Resample(points, count);
            return values.Count == count
                && values.All(value => value >= low && value <= high)
                && LossHistory.Smooth(points).All(point => point.Loss >= low && point.Loss <= high);
        });
    }
}
