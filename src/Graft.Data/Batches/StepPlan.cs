namespace Graft.Data.Batches;

/// <summary>
/// Which samples each optimiser step sees: a pure function of the seed and the step's number, so that a resumed run goes on where it
/// stopped. Samples of like length stand together, to pad little. A step's samples do not depend on how they are cut into batches:
/// one batch of 32 and 32 batches of one are the same step.
/// </summary>
public sealed class StepPlan
{
    /// <summary>Lengths are sorted within so many steps: enough to pad little, few enough to stay random.</summary>
    private const int StepsPerBucket = 32;

    private readonly int[] lengths;
    private readonly int batchSize;
    private readonly int samplesPerStep;
    private readonly int seed;
    private (int Number, int[][] Steps)? current;

    /// <summary>Creates a plan.</summary>
    /// <param name="lengths">The samples' lengths.</param>
    /// <param name="batchSize">Samples in a batch.</param>
    /// <param name="batchesPerStep">Batches in a step.</param>
    /// <param name="seed">Decides the order.</param>
    public StepPlan(IEnumerable<int> lengths, int batchSize, int batchesPerStep, int seed)
    {
        this.lengths = [.. lengths];
        this.batchSize = batchSize;
        this.seed = seed;
        samplesPerStep = checked(batchSize * batchesPerStep);
        StepsPerEpoch = (this.lengths.Length + samplesPerStep - 1) / samplesPerStep;
    }

    /// <summary>The steps in which every sample is seen once; the last one of an epoch may be smaller.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>The batches of a step (from 0), as indices of samples.</summary>
    public IReadOnlyList<int[]> Batches(int step) => [.. Epoch(step / StepsPerEpoch)[step % StepsPerEpoch].Chunk(batchSize)];

    private int[][] Epoch(int number)
    {
        if (current is not { } kept || kept.Number != number)
        {
            current = kept = (number, Order(number));
        }

        return kept.Steps;
    }

    private int[][] Order(int epoch)
    {
        var random = SplitMix64.For(seed, epoch);
        int[] order = [.. Enumerable.Range(0, lengths.Length)];
        random.Shuffle<int>(order);
        int[][] steps =
        [
            .. order.Chunk(checked(samplesPerStep * StepsPerBucket))
                .SelectMany(bucket => bucket.OrderBy(i => lengths[i]).Chunk(samplesPerStep)),
        ];
        random.Shuffle<int[]>(steps);
        return steps;
    }
}
