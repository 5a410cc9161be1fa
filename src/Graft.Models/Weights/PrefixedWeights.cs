using static TorchSharp.torch;

namespace Graft.Models.Weights;

/// <summary>
/// A checkpoint whose names lack the prefix that the causal language model gives its decoder (as the first GPT-2 files do).
/// </summary>
internal sealed class PrefixedWeights(IWeightSource source, string prefix) : IWeightSource
{
    public IReadOnlyCollection<string>? Names { get; } = source.Names?.Select(name => prefix + name).ToList();

    public Tensor Load(WeightSpec spec, ScalarType? type, Device device) =>
        source.Load(spec with { Name = spec.Name[prefix.Length..] }, type, device);

    public void Dispose() => source.Dispose();
}
