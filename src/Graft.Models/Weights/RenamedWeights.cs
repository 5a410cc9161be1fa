using static TorchSharp.torch;

namespace Graft.Models.Weights;

/// <summary>A checkpoint whose names differ from those of the model by a prefix.</summary>
internal sealed class RenamedWeights : IWeightSource
{
    private readonly IWeightSource _source;
    private readonly Func<string, string> _stored;

    private RenamedWeights(IWeightSource source, Func<string, string> own, Func<string, string> stored)
    {
        (_source, _stored) = (source, stored);
        Names = source.Names?.Select(own).ToList();
    }

    public IReadOnlyCollection<string>? Names { get; }

    /// <summary>The file lacks a prefix that the model's names have (as the first GPT-2 files do), but for those that begin otherwise.
    /// </summary>
    public static RenamedWeights WithPrefix(IWeightSource source, string prefix, string otherwise) => new(
        source,
        name => name.StartsWith(otherwise, StringComparison.Ordinal) ? name : prefix + name,
        name => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name);

    /// <summary>The file has a prefix that the model's names lack.</summary>
    public static RenamedWeights WithoutPrefix(IWeightSource source, string prefix) =>
        new(source, name => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name, name => prefix + name);

    public void Check(IReadOnlyList<WeightSpec> specs, ScalarType? type) =>
        _source.Check([.. specs.Select(spec => spec with { Name = _stored(spec.Name) })], type);

    public bool AreEqual(string name, string other) => _source.AreEqual(_stored(name), _stored(other));

    public Tensor Load(WeightSpec spec, ScalarType? type, Device device) =>
        _source.Load(spec with { Name = _stored(spec.Name) }, type, device);

    public void Dispose() => _source.Dispose();
}
