using static TorchSharp.torch;

namespace Graft.Models.Weights;

/// <summary>Where a model's weights come from: a checkpoint or a seed. Tensors stay valid until the source is disposed.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>The names a checkpoint holds, or null where any name can be drawn.</summary>
    IReadOnlyCollection<string>? Names { get; }

    /// <summary>Finds out whether all weights can be given, before memory is taken for any.</summary>
    /// <exception cref="ModelException">One is missing, has another shape or does not hold numbers to compute with, or all together are
    /// more than memory holds.</exception>
    void Check(IReadOnlyList<WeightSpec> specs, ScalarType? type);

    /// <summary>Whether two of the stored weights hold the same numbers.</summary>
    bool AreEqual(string name, string other);

    /// <summary>The frozen tensor of one weight, in <paramref name="type"/> (null: as stored) on <paramref name="device"/>.</summary>
    /// <exception cref="ModelException">The weight is missing or has another shape.</exception>
    Tensor Load(WeightSpec spec, ScalarType? type, Device device);
}
