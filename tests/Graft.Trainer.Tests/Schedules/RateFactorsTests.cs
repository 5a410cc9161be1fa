using CsCheck;
using Graft.Trainer.Schedules;
using Xunit;

namespace Graft.Trainer.Tests.Schedules;

/// <summary>The values of every schedule are checked by the golden case lr_schedules; here is what holds for all settings.</summary>
public sealed class RateFactorsTests
{
    [Fact]
    public void Within_a_run_every_factor_lies_between_0_and_1_and_is_1_at_the_end_of_the_warm_up()
    {
        Gen.Select(Gen.Int[0, 50], Gen.Int[1, 500]).Sample((warmup, decay) =>
        {
            var total = warmup + decay;
            Func<int, double>[] factors =
            [
                RateFactors.Constant(warmup), RateFactors.Linear(warmup, total), RateFactors.Cosine(warmup, total),
                RateFactors.CosineWithRestarts(warmup, total, 3), RateFactors.CosineToMinimum(warmup, total, 0.1),
                RateFactors.Polynomial(warmup, total, 1, 0.01, 2), new WarmupStableDecay(warmup, 0, decay).Factor,
            ];
            foreach (var factor in factors)
            {
                Assert.Equal(1.0, factor(warmup), 1e-12);
                Assert.All(Enumerable.Range(0, total), step => Assert.InRange(factor(step), 0.0, 1.0 + 1e-12));
            }
        });
    }

    [Fact]
    public void Cosine_and_linear_end_at_zero_and_fall_all_the_way()
    {
        foreach (var factor in new[] { RateFactors.Cosine(10, 100), RateFactors.Linear(10, 100) })
        {
            double[] falling = [.. Enumerable.Range(10, 91).Select(factor)];

            Assert.Equal(falling.OrderDescending(), falling);
            Assert.Equal(0.0, falling[^1], 1e-15);
        }
    }
}
