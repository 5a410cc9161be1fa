using Graft.Models.Decoder;
using Graft.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>One forward pass, as all blocks and hooks see it.</summary>
public sealed class ForwardContext
{
    private readonly DisposeScope _scope;
    private readonly HookOutputs? _outputs;
    private readonly List<Tensor> _emitted = [];
    private readonly Dictionary<object, Tensor> _made = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<long, AttentionMask> _masks = [];

    /// <param name="hooks">What differs from the frozen model.</param>
    /// <param name="input">What entered.</param>
    /// <param name="scope">Lives as long as the pass.</param>
    /// <param name="cache">Earlier positions.</param>
    /// <param name="outputs">Collects what hooks emit.</param>
    internal ForwardContext(
        ModelHooks hooks, ModelInput input, DisposeScope scope, KeyValueCache? cache = null, HookOutputs? outputs = null)
    {
        (Hooks, Input, _scope, Cache, _outputs) = (hooks, input, scope, cache, outputs);
    }

    /// <summary>What differs from the frozen model in this pass.</summary>
    public ModelHooks Hooks { get; }

    /// <summary>What entered the model.</summary>
    public ModelInput Input { get; }

    /// <summary>Keys and values of earlier positions, or null.</summary>
    public KeyValueCache? Cache { get; }

    /// <summary>int64 [B or 1, T], virtual tokens included; null in models without positions.</summary>
    internal Tensor? Positions { get; init; }

    /// <summary>The rotation of each position, or null in families without.</summary>
    internal RotaryTables? Rotary { get; init; }

    /// <summary>Which keys a query may see, prefixes left out.</summary>
    internal AttentionMask Mask { get; init; }

    /// <summary>A side input by name, e.g. features of a picture, with a row for each of the batch's.</summary>
    /// <exception cref="ModelException">The batch has none of that name.</exception>
    public Tensor Side(string name) => Input.SideInputs.TryGetValue(name, out var value)
        ? value
        : throw new ModelException(
            $"the batch has no side input '{name}'; it has "
            + (Input.SideInputs.Count == 0 ? "none" : string.Join(", ", Input.SideInputs.Keys.Order(StringComparer.Ordinal))));

    /// <summary>Gives a tensor to the loss, with its graph. Nothing is kept where nobody collects.</summary>
    public void Emit(string name, Tensor value)
    {
        if (_outputs is null)
        {
            return;
        }

        // A handle of its own: what the pass does with the other does not end this one.
        var kept = KeepInPass(value.alias());
        _emitted.Add(kept);
        _outputs.Add(name, kept);
    }

    /// <summary>
    /// What a hook computes once a pass and uses in several places; in a generation, once for all of its passes.
    /// </summary>
    /// <param name="owner">Whose it is; each owner has one.</param>
    /// <param name="make">Computes it.</param>
    public Tensor Once(object owner, Func<Tensor> make)
    {
        if (Cache is { } cache)
        {
            return cache.Once(owner, make);
        }

        if (!_made.TryGetValue(owner, out var made))
        {
            _made[owner] = made = KeepInPass(make());
        }

        return made;
    }

    /// <summary>The mask with a prefix's keys in front, made once a pass.</summary>
    internal AttentionMask MaskBehind(long prefix, long queries, Device device)
    {
        if (!_masks.TryGetValue(prefix, out var mask))
        {
            mask = Mask.Behind(prefix, queries, device);
            _masks[prefix] = mask;
            if (mask.Allowed is { } allowed)
            {
                KeepInPass(allowed);
            }
        }

        return mask;
    }

    /// <summary>
    /// Lets a tensor live as long as the pass. Not by MoveToOtherDisposeScope: where the tensor is in that scope already, TorchSharp
    /// forgets it there, and its finalizer ends the process.
    /// </summary>
    private Tensor KeepInPass(Tensor value)
    {
        _scope.Attach(value.DetachFromDisposeScope());
        return value;
    }

    /// <summary>Ends the pass: what was emitted goes on living with its caller.</summary>
    internal void Complete()
    {
        foreach (var value in _emitted)
        {
            value.MoveToOuterDisposeScope();
        }
    }
}
