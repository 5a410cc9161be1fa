using CsCheck;
using Graft.Models.Generation;
using Xunit;

namespace Graft.Models.Tests;

public sealed class TokenSamplerTests
{
    // In steps of a sixteenth: logits that differ by less than a float's precision have the same probability.
    private static readonly Gen<float[]> Logits = Gen.Int[-80, 80].Select(sixteenths => sixteenths / 16f).Array[1, 20];

    [Fact]
    public void Without_temperature_the_likeliest_token_is_taken() => Gen.Select(Logits, Gen.Double.Unit).Sample(
        (logits, uniform) => Assert.Equal(Array.IndexOf(logits, logits.Max()), TokenSampler.Choose(logits, 0, 1, uniform)));

    [Fact]
    public void A_small_nucleus_leaves_the_likeliest_token_only() => Gen.Select(Logits, Gen.Double.Unit).Sample(
        (logits, uniform) => Assert.Equal(logits.Max(), logits[TokenSampler.Choose(logits, 1, 1e-9, uniform)]));

    [Fact]
    public void Tokens_outside_the_nucleus_are_never_taken()
    {
        // Probabilities 0.5, 0.25, 0.125, 0.125: the nucleus of 0.7 is the first two.
        float[] logits = [MathF.Log(0.125f), MathF.Log(0.5f), MathF.Log(0.25f), MathF.Log(0.125f)];
        Gen.Double.Unit.Sample(uniform => Assert.Contains(TokenSampler.Choose(logits, 1, 0.7, uniform), new[] { 1, 2 }));
        Assert.Equal(1, TokenSampler.Choose(logits, 1, 0.7, 0.66));
        Assert.Equal(2, TokenSampler.Choose(logits, 1, 0.7, 0.67));
    }

    [Fact]
    public void Samples_follow_the_distribution()
    {
        float[] logits = [MathF.Log(0.2f), MathF.Log(0.3f), MathF.Log(0.5f)];
        var counts = new int[3];
        for (var i = 0; i < 1000; i++)
        {
            counts[TokenSampler.Choose(logits, 1, 1, (i + 0.5) / 1000)]++;
        }

        Assert.Equal([200, 300, 500], counts);
    }
}
