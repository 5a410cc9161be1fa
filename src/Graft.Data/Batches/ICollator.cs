using Graft.Data.Samples;
using static TorchSharp.torch;

namespace Graft.Data.Batches;

/// <summary>Puts samples side by side.</summary>
public interface ICollator
{
    /// <summary>A batch on a device; it belongs to the caller.</summary>
    Batch Of(IReadOnlyList<Sample> samples, Device device);

    /// <summary>What else the model is given for prompts about these pictures; the tensors belong to the caller's dispose scope.</summary>
    /// <param name="pictures">A file for each prompt; null where it has none.</param>
    /// <param name="device">Where the tensors live.</param>
    IReadOnlyDictionary<string, Tensor> SideInputs(IReadOnlyList<string?> pictures, Device device);
}

/// <summary>Something that the model is given besides tokens.</summary>
public interface ISideInput
{
    /// <summary>Its name among the side inputs.</summary>
    string Name { get; }

    /// <summary>Finds out, without reading it whole, whether a sample's picture can be used.</summary>
    /// <param name="picture">Its file; null where it has none.</param>
    /// <exception cref="DatasetException">It is missing, or not what the model takes.</exception>
    void Check(string? picture);

    /// <summary>A tensor with a row for each sample.</summary>
    /// <param name="pictures">A file for each sample.</param>
    /// <param name="device">Where the tensor lives.</param>
    /// <exception cref="DatasetException">A picture is missing, or cannot be read.</exception>
    Tensor Of(IReadOnlyList<string?> pictures, Device device);
}

/// <summary>Pads samples on the right to the longest of them.</summary>
/// <param name="padId">What fills up short rows.</param>
/// <param name="sides">What else the model is given.</param>
public sealed class PaddedCollator(int padId, params IReadOnlyList<ISideInput> sides) : ICollator
{
    public Batch Of(IReadOnlyList<Sample> samples, Device device)
    {
        var pictures = samples.Select(sample => sample.Picture).ToList();
        return Batch.Of(
            samples, padId, device, sides.ToDictionary(side => side.Name, side => side.Of(pictures, device).DetachFromDisposeScope()));
    }

    public IReadOnlyDictionary<string, Tensor> SideInputs(IReadOnlyList<string?> pictures, Device device) =>
        sides.ToDictionary(side => side.Name, side => side.Of(pictures, device));
}
