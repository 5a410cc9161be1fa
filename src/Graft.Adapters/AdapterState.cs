using Graft.Adapters.Targets;
using Graft.Models;
using static TorchSharp.torch;

namespace Graft.Adapters;

/// <summary>Restoring an adapter's tensors from a checkpoint or a file, strictly.</summary>
public static class AdapterState
{
    /// <summary>How many numbers are trained.</summary>
    public static long TrainableCount(this ITrainedPart part) => part.Trainable.Sum(parameter => parameter.Value.numel());

    /// <summary>A new adapter whose start depends on the seed alone.</summary>
    public static IAdapter Attach(this IAdapterMethod method, IFrozenModel model, ulong seed) =>
        method.Attach(model, new AdapterStart(seed));

    /// <summary>Parameters by their names.</summary>
    public static Dictionary<string, Tensor> ByName(this IEnumerable<TrainableParameter> parameters) =>
        parameters.ToDictionary(parameter => parameter.Name, parameter => (Tensor)parameter.Value, StringComparer.Ordinal);

    /// <summary>Copies <paramref name="tensors"/> into the adapter's state.</summary>
    /// <param name="adapter">Receives the values; its parameters keep their identity, so an optimizer stays valid.</param>
    /// <param name="tensors">Exactly the names and shapes of <see cref="ITrainedPart.State"/>.</param>
    /// <param name="source">Names the source in errors.</param>
    /// <exception cref="AdapterException">A tensor is missing, unexpected or has another shape.</exception>
    public static void Restore(this ITrainedPart adapter, IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        Copy(tensors, adapter.State, source);

    /// <summary>Copies tensors into those of the same names and shapes.</summary>
    /// <exception cref="AdapterException">A tensor is missing, unexpected or has another shape.</exception>
    public static void Copy(IReadOnlyDictionary<string, Tensor> from, IReadOnlyDictionary<string, Tensor> to, string source)
    {
        var missing = to.Keys.Except(from.Keys).Order(StringComparer.Ordinal).ToList();
        var unexpected = from.Keys.Except(to.Keys).Order(StringComparer.Ordinal).ToList();
        if (missing.Count + unexpected.Count > 0)
        {
            throw new AdapterException(
                $"{source} does not fit what is trained: missing {NameList.Of(missing)}; unexpected {NameList.Of(unexpected)}");
        }

        using var noGradient = no_grad();
        foreach (var (name, target) in to)
        {
            var value = from[name];
            if (!value.shape.SequenceEqual(target.shape))
            {
                throw new AdapterException(
                    $"{source}: tensor '{name}' has shape [{string.Join(", ", value.shape)}], what is trained needs [{string.Join(", ", target.shape)}]");
            }

            target.copy_(value);
        }
    }
}
