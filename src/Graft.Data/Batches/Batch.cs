using Graft.Data.Samples;
using static TorchSharp.torch;

namespace Graft.Data.Batches;

/// <summary>
/// Samples side by side, padded on the right. What the model is asked to predict is listed by place, so that logits are needed there
/// only: most tokens of a prompt never reach the output head.
/// </summary>
public sealed class Batch : IDisposable
{
    private Batch(Tensor inputIds, Tensor targetPlaces, Tensor targets, int[] lengths, IReadOnlyList<string> recordIds, IReadOnlyDictionary<string, Tensor> sideInputs)
    {
        InputIds = inputIds;
        TargetPlaces = targetPlaces;
        Targets = targets;
        Lengths = lengths;
        RecordIds = recordIds;
        SideInputs = sideInputs;
    }

    /// <summary>Token ids <c>[rows, length]</c>, int64.</summary>
    public Tensor InputIds { get; }

    /// <summary>The places in the flattened <c>[rows * length]</c> whose next token is trained, int64 <c>[targets]</c>.</summary>
    public Tensor TargetPlaces { get; }

    /// <summary>The tokens to predict there, int64 <c>[targets]</c>.</summary>
    public Tensor Targets { get; }

    /// <summary>The rows' lengths without padding.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>The rows' records.</summary>
    public IReadOnlyList<string> RecordIds { get; }

    /// <summary>What else the model is given, by name: features of a picture, of a sound… one row a sample.</summary>
    public IReadOnlyDictionary<string, Tensor> SideInputs { get; }

    /// <summary>Tokens without padding.</summary>
    public int Tokens => Lengths.Sum();

    /// <summary>Makes a batch on a device.</summary>
    /// <param name="samples">The samples; not none.</param>
    /// <param name="padId">What fills up short rows; never a target, and never seen by a token before it.</param>
    /// <param name="device">Where the tensors live.</param>
    /// <param name="sideInputs">What else the model is given; owned by the batch from here on.</param>
    public static Batch Of(IReadOnlyList<Sample> samples, int padId, Device device, IReadOnlyDictionary<string, Tensor>? sideInputs = null)
    {
        int width = samples.Max(s => s.Length);
        long[] ids = new long[samples.Count * width];
        Array.Fill(ids, padId);
        var places = new List<long>();
        var targets = new List<long>();
        for (int row = 0; row < samples.Count; row++)
        {
            Sample sample = samples[row];
            for (int t = 0; t < sample.Length; t++)
            {
                ids[(row * width) + t] = sample.Ids[t];
                if (t > 0 && sample.Trained[t])
                {
                    places.Add((row * width) + t - 1);
                    targets.Add(sample.Ids[t]);
                }
            }
        }

        return new Batch(
            tensor(ids, [samples.Count, width], device: device),
            tensor(places.ToArray(), device: device),
            tensor(targets.ToArray(), device: device),
            [.. samples.Select(s => s.Length)],
            [.. samples.Select(s => s.Id)],
            sideInputs ?? new Dictionary<string, Tensor>());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        InputIds.Dispose();
        TargetPlaces.Dispose();
        Targets.Dispose();
        foreach (Tensor side in SideInputs.Values)
        {
            side.Dispose();
        }
    }
}
