namespace Graft.Data.Batches;

/// <summary>
/// Which samples each optimizer step sees: a pure function of the seed and the step's number, so that a resumed run goes on where it
/// stopped. Samples of like length stand together, to pad little. A step's samples do not depend on how they are cut into batches:
/// one batch of 32 and 32 batches of one are the same step.
/// </summary>
public sealed class StepPlan
{
    /// <summary>
    /// Names the rule by which samples are ordered. Whoever changes the order counts it up: checkpoints hold it, and those of another
    /// order are not continued, because samples would be seen twice or never.
    /// </summary>
    public const int Order = 2;

    /// <summary>Lengths are sorted within so many steps at most: enough to pad little.</summary>
    private const int LargestBucket = 32;

    /// <summary>
    /// An epoch has at least so many buckets where it has the steps: sorted as a whole, a small data set would give the same steps in
    /// every epoch.
    /// </summary>
    private const int BucketsPerEpoch = 4;

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
        _samplesPerStep = (int)Math.Min((long)batchSize * batchesPerStep, Math.Max(1, _lengths.Length));
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
            _current = kept = (number, InOrder(number));
        }

        return kept.Steps;
    }

    private int[][] InOrder(int epoch)
    {
        var random = SplitMix64.For(_seed, epoch);
        int[] order = [.. Enumerable.Range(0, _lengths.Length)];
        random.Shuffle<int>(order);
        // The step that is short is drawn before anything is sorted: what is left over after sorting are always the longest.
        var whole = _lengths.Length / _samplesPerStep * _samplesPerStep;
        var bucket = Math.Clamp(StepsPerEpoch / BucketsPerEpoch, 1, LargestBucket);
        int[][] steps =
        [
            .. order[..whole].Chunk(checked(_samplesPerStep * bucket)).SelectMany(samples => ByLength(samples).Chunk(_samplesPerStep)),
            .. ByLength(order[whole..]).Chunk(_samplesPerStep),
        ];
        random.Shuffle<int[]>(steps);
        return steps;
    }

    private IEnumerable<int> ByLength(int[] samples) => samples.OrderBy(sample => _lengths[sample]);
}
