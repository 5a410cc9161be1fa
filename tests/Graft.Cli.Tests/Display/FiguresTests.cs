using Graft.Cli.Display;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0.0, "0s")]
    [InlineData(59.6, "1m00s")]
    [InlineData(200.0, "3m20s")]
    [InlineData(7500.0, "2h05m")]
    [InlineData(null, "–")]
    [InlineData(double.NaN, "–")]
    public void A_duration_is_as_long_as_it_needs_to_be(double? seconds, string text)
    {
        Assert.Equal(text, Figures.Duration(seconds));
    }

    [Theory]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5L << 30, "5.0 GiB")]
    public void Bytes_are_in_binary_units(long bytes, string text)
    {
        Assert.Equal(text, Figures.Bytes(bytes));
    }

    [Fact]
    public void A_share_is_a_percentage()
    {
        Assert.Equal("71.5 %", Figures.Share(0.715));
    }
}
