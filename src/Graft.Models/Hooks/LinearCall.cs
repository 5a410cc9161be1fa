using Graft.Models.Transformers;
using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>One application of a linear layer.</summary>
/// <param name="Input">[..., in].</param>
/// <param name="Layer">The frozen layer.</param>
/// <param name="Context">The pass.</param>
public readonly record struct LinearCall(Tensor Input, IFrozenLinear Layer, ForwardContext Context) : IHookCall<LinearCall>
{
    public IHook<LinearCall>? Below { get; init; }

    /// <summary>The layer without this hook: input · Wᵀ + b, and what hooks further in make of it.</summary>
    /// <param name="input">Another input than the call's.</param>
    public Tensor Inner(Tensor? input = null) => Below is { } below
        ? below.Around(this with { Input = input ?? Input, Below = null })
        : Layer.Apply(input ?? Input);
}
