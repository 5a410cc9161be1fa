using Graft.Data.Samples;
using static TorchSharp.torch;

namespace Graft.Data.Batches;

/// <summary>Samples side by side, padded on the right.</summary>
public sealed class Batch : IDisposable
{
    /// <summary>The label of a place that is not trained; cross entropy leaves it out.</summary>
    public const long Ignored = -100;

    private Batch(
        Tensor inputIds, Tensor labels, int[] lengths, IReadOnlyList<string> recordIds, IReadOnlyDictionary<string, Tensor> sideInputs)
    {
        InputIds = inputIds;
        Labels = labels;
        Lengths = lengths;
        RecordIds = recordIds;
        SideInputs = sideInputs;
    }

    /// <summary>Token ids <c>[rows, length]</c>, int64.</summary>
    public Tensor InputIds { get; }

    /// <summary>
    /// The token at each place that is trained, else <see cref="Ignored"/>; <c>[rows, length]</c>, int64. It is predicted from the place
    /// before.
    /// </summary>
    public Tensor Labels { get; }

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
    /// <param name="padId">What fills up short rows; never a label, and never seen by a token before it.</param>
    /// <param name="device">Where the tensors live.</param>
    /// <param name="sideInputs">What else the model is given; owned by the batch from here on.</param>
    public static Batch Of(IReadOnlyList<Sample> samples, int padId, Device device, IReadOnlyDictionary<string, Tensor>? sideInputs = null)
    {
        var width = samples.Max(s => s.Length);
        long[] ids = new long[samples.Count * width], labels = new long[samples.Count * width];
        Array.Fill(ids, padId);
        Array.Fill(labels, Ignored);
        for (var row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            for (var t = 0; t < sample.Length; t++)
            {
                ids[(row * width) + t] = sample.Ids[t];
                labels[(row * width) + t] = t > 0 && sample.Trained[t] ? sample.Ids[t] : Ignored;
            }
        }

        return new Batch(
            tensor(ids, [samples.Count, width], device: device).DetachFromDisposeScope(),
            tensor(labels, [samples.Count, width], device: device).DetachFromDisposeScope(),
            [.. samples.Select(s => s.Length)],
            [.. samples.Select(s => s.Id)],
            sideInputs ?? new Dictionary<string, Tensor>());
    }

    public void Dispose()
    {
        InputIds.Dispose();
        Labels.Dispose();
        foreach (var side in SideInputs.Values)
        {
            side.Dispose();
        }
    }
}
