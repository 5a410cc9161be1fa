using CsCheck;
using Graft.Data.Batches;
using Xunit;

namespace Graft.Data.Tests.Batches;

public sealed class StepPlanTests
{
    [Fact]
    public void Every_epoch_holds_every_sample_once()
    {
        var settings = Gen.Select(Gen.Int[1, 200].Array[1, 300], Gen.Int[1, 7], Gen.Int[1, 5], Gen.Int[0, 1000]);
        settings.Sample((lengths, batch, accumulation, seed) =>
        {
            var plan = new StepPlan(lengths, batch, accumulation, seed);
            for (var epoch = 0; epoch < 2; epoch++)
            {
                var steps = Enumerable.Range(epoch * plan.StepsPerEpoch, plan.StepsPerEpoch);
                int[] seen = [.. steps.SelectMany(s => plan.Batches(s)).SelectMany(b => b)];
                Assert.Equal(Enumerable.Range(0, lengths.Length), seen.Order());
            }
        });
    }

    [Fact]
    public void A_step_depends_on_its_number_alone_so_that_a_resumed_run_sees_the_same()
    {
        int[] lengths = [.. Enumerable.Range(1, 100)];
        var straight = new StepPlan(lengths, 4, 2, seed: 7);
        int[][][] all = [.. Enumerable.Range(0, 40).Select(s => straight.Batches(s).ToArray())];

        var resumed = new StepPlan(lengths, 4, 2, seed: 7);

        Assert.Equal(all[31], resumed.Batches(31));
        Assert.Equal(all[5], resumed.Batches(5));
        Assert.NotEqual(all[0], new StepPlan(lengths, 4, 2, seed: 8).Batches(0));
        Assert.NotEqual(all[0].Concat(all[1]), all[straight.StepsPerEpoch].Concat(all[straight.StepsPerEpoch + 1]));
    }

    [Fact]
    public void One_batch_of_32_and_32_batches_of_one_are_the_same_step()
    {
        int[] lengths = [.. Enumerable.Range(0, 500).Select(i => (i * 37 % 90) + 1)];
        StepPlan wide = new(lengths, 32, 1, 3), deep = new(lengths, 1, 32, 3);

        for (var step = 0; step < 2 * wide.StepsPerEpoch; step++)
        {
            Assert.Equal(wide.Batches(step).SelectMany(b => b), deep.Batches(step).SelectMany(b => b));
        }
    }

    [Fact]
    public void Samples_of_like_length_stand_together()
    {
        var random = new SplitMix64(1);
        int[] lengths = [.. Enumerable.Range(0, 4096).Select(_ => (int)(random.Next() % 500) + 1)];
        var plan = new StepPlan(lengths, 16, 1, 5);

        var batches = Enumerable.Range(0, plan.StepsPerEpoch).SelectMany(s => plan.Batches(s));
        var padded = batches.Sum(b => (long)b.Max(i => lengths[i]) * b.Length);

        // In random order batches of 16 would be nearly twice as large as what they hold.
        Assert.InRange((double)padded / lengths.Sum(), 1.0, 1.1);
    }
}
