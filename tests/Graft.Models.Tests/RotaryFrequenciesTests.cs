using Graft.Models.Llama;
using Xunit;

namespace Graft.Models.Tests;

public sealed class RotaryFrequenciesTests
{
    [Fact]
    public void Frequencies_fall_geometrically_from_one()
    {
        var frequencies = RotaryFrequencies.Inverse(8, 10000, new RotaryScaling.Default());
        Assert.Equal([1f, 0.1f, 0.01f, 0.001f], frequencies, (a, b) => Math.Abs(a - b) < 1e-7 * a);
    }

    [Fact]
    public void Linear_scaling_divides_all()
    {
        var scaled = RotaryFrequencies.Inverse(8, 10000, new RotaryScaling.Linear(4));
        Assert.Equal([0.25f, 0.025f, 0.0025f, 0.00025f], scaled, (a, b) => Math.Abs(a - b) < 1e-7 * a);
    }

    [Fact]
    public void Llama3_scaling_keeps_fast_waves_and_divides_slow_ones()
    {
        // Over 64 positions the four waves turn 10.2, 1.02, 0.102 and 0.0102 times: kept, blended, divided, divided.
        var scaled = RotaryFrequencies.Inverse(8, 10000, new RotaryScaling.Llama3(8, 0.5, 4, 64));
        Assert.Equal(1f, scaled[0]);
        Assert.InRange(scaled[1], 0.1f / 8, 0.1f);
        var turns = 64 * 0.1 / (2 * Math.PI);
        var kept = (turns - 0.5) / 3.5;
        Assert.Equal((kept * 0.1) + ((1 - kept) * 0.1 / 8), scaled[1], 6);
        Assert.Equal(0.01f / 8, scaled[2], 8);
        Assert.Equal(0.001f / 8, scaled[3], 9);
    }
}
