using static TorchSharp.torch;

namespace Graft.Models.Transformers;

/// <summary>A frozen linear layer, however its weight is kept: dense, or in few bits and dequantized as it is used.</summary>
public interface IFrozenLinear : IDisposable
{
    /// <summary>Which layer of the model it is.</summary>
    LinearSite Site { get; }

    /// <summary>[out], or null.</summary>
    Tensor? Bias { get; }

    /// <summary>input · Wᵀ + b: [..., in] → [..., out].</summary>
    Tensor Apply(Tensor input);

    /// <summary>
    /// The weight [out, in], whatever the layout it is stored in. Where it is kept in few bits this makes a tensor of the size that was
    /// saved, which belongs to the caller's dispose scope.
    /// </summary>
    Tensor Weight();
}

/// <summary>
/// Decides how the weight of a linear layer is kept. What it gives owns what it keeps; the dense weight may be freed after.
/// </summary>
/// <param name="site">Which layer.</param>
/// <param name="weight">[out, in] in the type it was loaded in.</param>
/// <param name="bias">[out] or null; stays with the model.</param>
/// <returns>The layer, or null to keep it dense.</returns>
public delegate IFrozenLinear? LinearStorage(LinearSite site, Tensor weight, Tensor? bias);

/// <summary>A linear layer over a dense weight [out, in] (a view where it is stored transposed).</summary>
internal sealed class DenseLinear(LinearSite site, Tensor weight, Tensor? bias) : IFrozenLinear
{
    public LinearSite Site { get; } = site;

    public Tensor? Bias { get; } = bias;

    public Tensor Apply(Tensor input) => nn.functional.linear(input, weight, Bias);

    public Tensor Weight() => weight;

    /// <summary>Ends the view; a tensor of the model's own ends with the model.</summary>
    public void Dispose()
    {
        if (Site.IsTransposed)
        {
            weight.Dispose();
        }
    }
}
