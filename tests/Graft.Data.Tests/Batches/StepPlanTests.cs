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

    [Theory]
    [InlineData(24, 8)]
    [InlineData(64, 8)]
    [InlineData(67, 8)]
    [InlineData(256, 8)]
    [InlineData(100, 1)]
    public void However_small_the_data_set_each_epoch_cuts_it_into_other_steps(int records, int batch)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var plan = new StepPlan(Enumerable.Range(1, records), batch, 1, seed);
            string[] epochs = [.. Enumerable.Range(0, 4).Select(epoch => Steps(plan, epoch))];
            Assert.Equal(4, epochs.Distinct().Count());
        }

        string Steps(StepPlan plan, int epoch)
        {
            var steps = Enumerable.Range(epoch * plan.StepsPerEpoch, plan.StepsPerEpoch).Select(step => plan.Batches(step).Single());
            // Steps of one record each can only differ in their order; larger ones must differ in what they hold.
            var texts = steps.Select(step => string.Join(' ', step.Order()));
            return string.Join(", ", batch == 1 ? texts : texts.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData(60, 8)]
    [InlineData(300, 8)]
    public void The_short_step_of_an_epoch_holds_records_of_any_length(int records, int batch)
    {
        var plan = new StepPlan(Enumerable.Range(1, records), batch, 1, seed: 11);
        var lengths = Enumerable.Range(0, 200 * plan.StepsPerEpoch)
            .Select(step => plan.Batches(step).Single())
            .Where(step => step.Length < batch)
            .SelectMany(step => step.Select(sample => sample + 1))
            .ToList();

        Assert.Equal(200 * (records % batch), lengths.Count);
        Assert.InRange(lengths.Average() / records, 0.47, 0.53);
    }

    [Fact]
    public void A_step_larger_than_the_data_set_holds_all_of_it()
    {
        var plan = new StepPlan([3, 1, 2], 65536, 65536, seed: 1);

        Assert.Equal(1, plan.StepsPerEpoch);
        Assert.Equal([0, 1, 2], plan.Batches(0).SelectMany(batch => batch).Order());
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

    [Theory]
    [InlineData(4096, 1.1)]
    [InlineData(512, 1.25)]
    public void Samples_of_like_length_stand_together(int records, double most)
    {
        var random = new SplitMix64(1);
        int[] lengths = [.. Enumerable.Range(0, records).Select(_ => (int)(random.Next() % 500) + 1)];
        var plan = new StepPlan(lengths, 16, 1, 5);

        var batches = Enumerable.Range(0, plan.StepsPerEpoch).SelectMany(s => plan.Batches(s));
        var padded = batches.Sum(b => (long)b.Max(i => lengths[i]) * b.Length);

        // In random order batches of 16 would be nearly twice as large as what they hold.
        Assert.InRange((double)padded / lengths.Sum(), 1.0, most);
    }
}
