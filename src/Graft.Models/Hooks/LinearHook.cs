using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>Computes a linear layer in a way of its own, usually the frozen one plus something trained.</summary>
public interface ILinearHook
{
    /// <summary>Gives the output [..., out] for the call's input [..., in].</summary>
    Tensor Around(in LinearCall call);
}

/// <summary>One application of a linear layer.</summary>
/// <param name="Input">[..., in].</param>
/// <param name="Weight">[out, in], whatever the layout it is stored in.</param>
/// <param name="Bias">[out] or null.</param>
public readonly record struct LinearCall(Tensor Input, Tensor Weight, Tensor? Bias)
{
    /// <summary>The map as it is: input · Wᵀ + b.</summary>
    public Tensor Frozen() => nn.functional.linear(Input, Weight, Bias);
}
