using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Graft.Artifacts.SafeTensors;
using static TorchSharp.torch;

namespace Graft.Models.Weights;

/// <summary>
/// Weights drawn from a seed, for pre-training. Each tensor has its own generator, seeded by the seed and the tensor's name, so that the
/// numbers do not depend on the order in which a model asks for them.
/// </summary>
public sealed class RandomWeights(ulong seed) : IWeightSource
{
    public IReadOnlyCollection<string>? Names => null;

    public void Check(IReadOnlyList<WeightSpec> specs, ScalarType? type)
    {
        var size = (UInt128)TensorFiles.FormatType(type ?? ScalarType.Float32).Size();
        var bytes = specs.Aggregate(UInt128.Zero, (sum, spec) => sum + (Elements(spec) * size));
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > (UInt128)available)
        {
            throw new ModelException(
                $"config.json asks for weights of {bytes >> 20} MiB, drawn at random, and this machine has {available >> 20} MiB of memory: "
                + "correct its sizes, or use a machine with more");
        }
    }

    public bool AreEqual(string name, string other) => name == other;

    public Tensor Load(WeightSpec spec, ScalarType? type, Device device)
    {
        var shape = spec.Shape.ToArray();
        using var scope = NewDisposeScope();
        using var generator = new Generator(SeedOf(seed, spec.Name), CPU);
        var values = spec.Kind switch
        {
            WeightKind.NormScale => ones(shape, ScalarType.Float32),
            WeightKind.Bias => zeros(shape, ScalarType.Float32),
            _ => randn(shape, ScalarType.Float32, generator: generator).mul_(spec.Deviation),
        };
        return values.to(type ?? ScalarType.Float32, device).DetachFromDisposeScope();
    }

    private static UInt128 Elements(WeightSpec spec) => spec.Shape.Aggregate(UInt128.One, (product, size) => product * (UInt128)size);

    /// <summary>The seed of one named tensor: the first 8 bytes of SHA-256 over seed and name.</summary>
    public static ulong SeedOf(ulong seed, string name) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{name}")));

    public void Dispose()
    {
    }
}
