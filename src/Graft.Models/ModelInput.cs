using static TorchSharp.torch;

namespace Graft.Models;

/// <summary>What enters a model, whatever its kind.</summary>
public abstract record ModelInput
{
    /// <summary>What hooks are given beside it, by name; each with a row for each of the batch's.</summary>
    public IReadOnlyDictionary<string, Tensor> SideInputs { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>
    /// The residual stream [B, T, hidden] before block <see cref="FromLayer"/>, when the blocks below were run before; else null.
    /// </summary>
    public Tensor? Stream { get; private protected init; }

    /// <summary>The first block that is run.</summary>
    public int FromLayer { get; private protected init; }
}
