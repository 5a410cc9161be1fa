using Graft.Models.Transformers;
using Graft.Models.Hooks;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters.Ia3;

/// <summary>
/// One layer with its vector l (Liu et al. 2022, arXiv:2205.05638, equation 1): y = l ⊙ (Wx + b), or y = W(l ⊙ x) + b where the input is
/// scaled. The product is taken in fp32 and given back in the stream's type.
/// </summary>
internal sealed class Ia3Layer : IHook<LinearCall>, IDisposable
{
    public Ia3Layer(LinearSite site, bool scalesInput, Device device)
    {
        (Site, ScalesInput) = (site, scalesInput);
        using var scope = NewDisposeScope();
        Scale = NewParameters.CopyOf(scalesInput ? ones(1, site.InputSize) : ones(site.OutputSize, 1), device);
    }

    public LinearSite Site { get; }

    /// <summary>Whether the layer's input is scaled instead of its output.</summary>
    public bool ScalesInput { get; }

    /// <summary>[1, in] where the input is scaled, else [out, 1], as PEFT stores it.</summary>
    public Parameter Scale { get; }

    public Tensor Around(in LinearCall call)
    {
        return ScalesInput ? call.Inner(Scaled(call.Input)) : Scaled(call.Inner());
    }

    /// <summary>Whether the vector is still all ones.</summary>
    public bool IsUntrained()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return Scale.eq(1).all().item<bool>();
    }

    public void Dispose()
    {
        Scale.Dispose();
    }

    private Tensor Scaled(Tensor stream)
    {
        return (stream.to(Scale.dtype) * Scale.flatten()).to(stream.dtype);
    }
}
