using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>What hooks give to the loss in a pass: gates, attention, intermediate features. The tensors belong to the scope of the
/// pass's caller, with their graph.</summary>
public sealed class HookOutputs
{
    private readonly Dictionary<string, List<Tensor>> _byName = new(StringComparer.Ordinal);

    /// <summary>What was emitted under a name, in the order of the pass; empty where nothing was.</summary>
    public IReadOnlyList<Tensor> this[string name] => _byName.GetValueOrDefault(name) ?? [];

    internal void Add(string name, Tensor value)
    {
        if (!_byName.TryGetValue(name, out var values))
        {
            _byName[name] = values = [];
        }

        values.Add(value);
    }
}
