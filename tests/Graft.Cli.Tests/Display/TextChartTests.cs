using Graft.Cli.Display;
using Graft.Programs.Charts;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class TextChartTests
{
    private static readonly LossPoint[] Falling = [.. Enumerable.Range(1, 40).Select(step => new LossPoint(step, 4.0 / step))];

    [Fact]
    public void A_falling_curve_begins_high_and_ends_low()
    {
        var line = TextChart.Sparkline(Falling, 10);
        Assert.Equal(10, line.Length);
        Assert.Equal(('█', '▁'), (line[0], line[^1]));
    }

    [Fact]
    public void A_flat_curve_is_drawn_low()
    {
        Assert.Equal("▁▁▁", TextChart.Sparkline([new(1, 2), new(2, 2), new(3, 2)], 10));
    }

    [Fact]
    public void A_curve_shows_its_extremes_and_its_steps()
    {
        var lines = TextChart.Curve(Falling, 20, 4).Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.StartsWith("  4.000", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  0.", lines[3], StringComparison.Ordinal);
        Assert.EndsWith("40 steps", lines[^1], StringComparison.Ordinal);
        Assert.NotEqual('⠀', lines[0][9]);
        Assert.Equal('⠀', lines[3][9]);
        Assert.NotEqual('⠀', lines[3][^1]);
    }

    [Theory]
    [InlineData(120, 60)]
    [InlineData(75, 60)]
    [InlineData(40, 25)]
    [InlineData(5, 10)]
    public void A_curve_fits_on_its_lines(int line, int width)
    {
        Assert.Equal(width, TextChart.Fit(60, line));
        var longest = TextChart.Curve(Falling, width, 4).Split('\n').Max(text => text.Length);
        Assert.True(longest <= Math.Max(line, 25), $"{longest} on a line of {line}");
    }

    [Fact]
    public void One_point_is_no_curve()
    {
        Assert.Equal("", TextChart.Curve([new(1, 2)], 20, 4));
    }
}
