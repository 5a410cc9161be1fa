namespace Graft.Data.Batches;

/// <summary>
/// Which samples each optimizer step sees: a pure function of the seed and the step's number, so that a resumed run goes on where it
/// stopped. Samples of like length stand together, to pad little. A step's samples do not depend on how they are cut into batches:
/// one batch of 32 and 32 batches of one are the same step.
/// </summary>
public sealed class StepPlan
{
    /// <summary>Lengths are sorted within so many steps: enough to pad little, few enough to stay random.</summary>
    private const int StepsPerBucket = 32;

    private readonly int[] _lengths;
    private readonly int _batchSize;
    private readonly int _samplesPerStep;
    private readonly int _seed;
    private (int Number, int[][] Steps)? _current;

    /// <summary>Creates a plan.</summary>
    /// <param name="lengths">The samples' lengths.</param>
    /// <param name="batchSize">Samples in a batch.</param>
    /// <param name="batchesPerStep">Batches in a step.</param>
    /// <param name="seed">Decides the order.</param>
    public StepPlan(IEnumerable<int> lengths, int batchSize, int batchesPerStep, int seed)
    {
        _lengths = [.. lengths];
        _batchSize = batchSize;
        _seed = seed;
        _samplesPerStep = checked(batchSize * batchesPerStep);
        StepsPerEpoch = (_lengths.Length + _samplesPerStep - 1) / _samplesPerStep;
    }

    /// <summary>The steps in which every sample is seen once; the last one of an epoch may be smaller.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>The batches of a step (from 0), as indices of samples.</summary>
    public IReadOnlyList<int[]> Batches(int step) => [.. Epoch(step / StepsPerEpoch)[step % StepsPerEpoch].Chunk(_batchSize)];

    private int[][] Epoch(int number)
    {
        if (_current is not { } kept || kept.Number != number)
        {
            _current = kept = (number, Order(number));
        }

        return kept.Steps;
    }

    private int[][] Order(int epoch)
    {
        var random = SplitMix64.For(_seed, epoch);
        int[] order = [.. Enumerable.Range(0, _lengths.Length)];
        random.Shuffle<int>(order);
        int[][] steps =
        [
            .. order.Chunk(checked(_samplesPerStep * StepsPerBucket))
                .SelectMany(bucket => bucket.OrderBy(i => _lengths[i]).Chunk(_samplesPerStep)),
        ];
        random.Shuffle<int[]>(steps);
        return steps;
    }
}
