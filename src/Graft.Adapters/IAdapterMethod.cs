using Graft.Models;

namespace Graft.Adapters;

/// <summary>A way to adapt a frozen model, with its options: LoRA, training of everything…</summary>
public interface IAdapterMethod
{
    /// <summary>The method's name in a training spec.</summary>
    string Name { get; }

    /// <summary>Checks the options against the model and makes the trainable parameters.</summary>
    /// <param name="model">Stays frozen and may serve other adapters at the same time.</param>
    /// <param name="start">The seed, and the tokenizer.</param>
    /// <exception cref="AdapterException">The options do not fit the model, e.g. a target that it does not have.</exception>
    IAdapter Attach(IFrozenModel model, AdapterStart start);
}
