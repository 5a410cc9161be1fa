using Graft.Models.Transformers;
using Graft.Models.Hooks;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters.Lora;

/// <summary>
/// The low-rank update of one linear layer (Hu et al., arXiv:2106.09685): y = Wx + b + s·B·A·dropout(x), A [r, in], B [out, r].
/// <para>
/// With <see cref="Magnitude"/> m it is DoRA (Liu et al., arXiv:2402.09353): y = (m/n)·(W + sBA)x + b with n = ‖W + sBA‖ by rows, taken
/// as a constant in the backward pass.
/// </para>
/// <para>
/// With <see cref="InitialA"/> and <see cref="InitialB"/> it starts from a decomposition of W (PiSSA, OLoRA), which would replace W by
/// W − sB₀A₀. Subtracting the initial product in the forward pass instead leaves the frozen base untouched and shared, and equals the
/// plain rank-2r adapter that is published.
/// </para>
/// </summary>
internal sealed class LoraLayer(LinearSite site, double scale, Parameter a, Parameter b) : IDisposable
{
    public LinearSite Site { get; } = site;

    public double Scale { get; } = scale;

    public Parameter A { get; } = a;

    public Parameter B { get; } = b;

    /// <summary>[out], or null.</summary>
    public Parameter? Magnitude { get; private set; }

    /// <summary>[r, in], or null.</summary>
    public Tensor? InitialA { get; private set; }

    /// <summary>[out, r], or null.</summary>
    public Tensor? InitialB { get; private set; }

    /// <summary>Keeps the present A and B as the initial factors, which the base is taken to have lost.</summary>
    public void SubtractPresentFactors()
    {
        InitialA = A.detach().clone().DetachFromDisposeScope();
        InitialB = B.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>Adds DoRA's magnitude, which at first leaves the map as it is.</summary>
    public void AddMagnitude(Tensor weight)
    {
        Magnitude = new Parameter(RowNorms(weight));
        Magnitude.DetachFromDisposeScope();
    }

    /// <summary>The map with its update.</summary>
    /// <param name="call">The frozen map and its input.</param>
    /// <param name="dropout">Probability of dropping an input of A; 0 outside of training.</param>
    public Tensor Forward(in LinearCall call, double dropout)
    {
        var frozen = call.Inner();
        var input = call.Input.to(A.dtype);
        var dropped = dropout > 0 ? F.dropout(input, dropout, training: true) : input;
        // The scale meets the r-wide intermediate: the same number, over far fewer elements than the output.
        var update = F.linear(F.linear(dropped, A) * Scale, B);
        var lost = InitialA is null ? null : F.linear(F.linear(input, InitialA) * Scale, InitialB!);
        if (Magnitude is null)
        {
            return frozen + (lost is null ? update : update - lost).to(frozen.dtype);
        }

        var weight = call.Layer.Weight();
        var ratio = Magnitude / RowNorms(weight);
        var plain = dropout > 0 ? F.linear(dropped.to(frozen.dtype), weight)
            : call.Layer.Bias is { } bias ? frozen - bias
            : frozen;
        var direction = lost is null ? plain.to(A.dtype) : plain.to(A.dtype) - lost;
        var change = ((ratio - 1) * direction) + (ratio * update);
        return frozen + (lost is null ? change : change - lost).to(frozen.dtype);
    }

    /// <summary>The weight [out, in] with the update folded in, fp32.</summary>
    public Tensor Merged(Tensor weight)
    {
        using var noGradient = no_grad();
        var moved = Moved(weight);
        return Magnitude is null ? moved : moved * (Magnitude / Norms(moved)).unsqueeze(1);
    }

    /// <summary>Whether it leaves the map as it is: B is zero, or both factors are what they were drawn from.</summary>
    public bool IsUntrained()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return InitialA is null ? !B.any().item<bool>() : A.eq(InitialA).all().item<bool>() && B.eq(InitialB!).all().item<bool>();
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Magnitude?.Dispose();
        InitialA?.Dispose();
        InitialB?.Dispose();
    }

    private Tensor RowNorms(Tensor weight)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return Norms(Moved(weight)).MoveToOuterDisposeScope();
    }

    // W + s(BA − B₀A₀)
    private Tensor Moved(Tensor weight)
    {
        var moved = addmm(weight.to(ScalarType.Float32), B, A, beta: 1, alpha: (float)Scale);
        return InitialA is null ? moved : addmm(moved, InitialB!, InitialA, beta: 1, alpha: (float)-Scale);
    }

    private static Tensor Norms(Tensor weight) => linalg.vector_norm(weight, ord: 2, dims: [1L]);
}

/// <summary>Lets a layer act, with or without dropout.</summary>
internal sealed class LoraHook(LoraLayer layer, double dropout) : IHook<LinearCall>
{
    public Tensor Around(in LinearCall call) => layer.Forward(call, dropout);
}
