using CsCheck;
using Graft.Programs.Charts;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class ChartAxisTests
{
    [Fact]
    public void Ticks_are_few_and_enclose_the_losses()
    {
        Gen.Select(Gen.Double[-100, 100], Gen.Double[1e-6, 1e6]).Sample((low, range) =>
        {
            var ticks = ChartAxis.OfLosses([low, low + range], LossScale.Linear).Ticks;
            var slack = range * 1e-9;
            return ticks.Count is >= 2 and <= 8 && ticks[0] <= low + slack && ticks[^1] >= low + range - slack;
        });
    }

    [Fact]
    public void Logarithmic_ticks_are_few_and_enclose_the_losses()
    {
        Gen.Select(Gen.Double[-9, 3], Gen.Double[0, 9]).Sample((power, span) =>
        {
            var (low, high) = (Math.Pow(10, power), Math.Pow(10, power + span));
            var axis = ChartAxis.OfLosses([low, high], LossScale.Log);
            return axis.IsLogarithmic && axis.Ticks.Count is >= 2 and <= 8
                && axis.Ticks[0] <= low * (1 + 1e-9) && axis.Ticks[^1] >= high * (1 - 1e-9);
        });
    }

    [Fact]
    public void Equal_ratios_are_equally_far_apart_on_a_logarithmic_axis()
    {
        var axis = ChartAxis.OfLosses([0.1, 10], LossScale.Log);
        Assert.Equal([0, 0.5, 1], new[] { 0.1, 1, 10 }.Select(axis.Share), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    public void Losses_that_have_no_logarithm_are_drawn_linearly(double loss)
    {
        Assert.False(ChartAxis.OfLosses([loss, 1], LossScale.Log).IsLogarithmic);
    }

    [Fact]
    public void A_range_of_one_value_still_has_two_ticks()
    {
        Assert.True(ChartAxis.OfLosses([2], LossScale.Linear).Ticks.Count >= 2);
        Assert.True(ChartAxis.OfLosses([2], LossScale.Log).Ticks.Count >= 2);
    }

    [Fact]
    public void Ticks_of_steps_are_whole_numbers()
    {
        Gen.Select(Gen.Long[0, 5], Gen.Long[1, 100_000]).Sample((first, count) =>
            ChartAxis.OfSteps(first, first + count).Ticks.All(tick => tick == Math.Round(tick)));
        Assert.Equal([0, 1, 2, 3], ChartAxis.OfSteps(0, 3).Ticks);
    }
}
