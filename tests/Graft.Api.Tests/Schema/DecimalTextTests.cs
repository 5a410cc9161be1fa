using System.Globalization;
using System.Numerics;
using CsCheck;
using Graft.Api.Schema;
using Xunit;

namespace Graft.Api.Tests.Schema;

public sealed class DecimalTextTests
{
    [Theory]
    [InlineData("1.1", 100, 110)]
    [InlineData("0.1", 30, 3)]
    [InlineData("0.07", 100, 7)]
    [InlineData("0.29", 100, 29)]
    [InlineData("2.3", 1000, 2300)]
    [InlineData("1.15", 100, 115)]
    [InlineData("0.03", 700, 21)]
    [InlineData("1.1", 101, 112)]
    [InlineData("3", 132, 396)]
    [InlineData("1e-3", 2000, 2)]
    [InlineData("1.5E+2", 3, 450)]
    [InlineData("1e-300", 5, 1)]
    [InlineData("0", 5, 0)]
    [InlineData("-1.1", 100, -110)]
    [InlineData("-0.5", 3, -1)]
    [InlineData("100000", 2147483647, 214748364700000)]
    public void A_number_of_times_a_count_is_exact_and_rounded_up_only_where_it_is_not_whole(string number, int count, long expected)
    {
        Assert.Equal(expected, new DecimalText(number).TimesRoundedUp(count));
    }

    [Fact]
    public void Whole_products_of_decimals_are_never_rounded()
    {
        Gen.Select(Gen.Int[1, 99999], Gen.Int[0, 4], Gen.Int[1, 1000]).Sample((digits, places, factor) =>
        {
            var number = new decimal(digits, 0, 0, isNegative: false, (byte)places);
            var count = factor * (int)Math.Pow(10, places);

            var times = new DecimalText(number.ToString(CultureInfo.InvariantCulture)).TimesRoundedUp(count);

            Assert.Equal((BigInteger)digits * factor, times);
        });
    }
}
