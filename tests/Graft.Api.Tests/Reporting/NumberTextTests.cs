using Graft.Api.Reporting;
using Xunit;

namespace Graft.Api.Tests.Reporting;

public sealed class NumberTextTests
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
        Assert.Equal(text, NumberText.Duration(seconds));
    }

    [Theory]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5L << 30, "5.0 GiB")]
    public void Bytes_are_in_binary_units(long bytes, string text)
    {
        Assert.Equal(text, NumberText.Bytes(bytes));
    }

    [Fact]
    public void A_share_is_a_percentage()
    {
        Assert.Equal("71.5 %", NumberText.Share(0.715));
    }
}
