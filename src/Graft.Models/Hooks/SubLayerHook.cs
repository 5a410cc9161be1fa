using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>Works before, after or beside one half of a block.</summary>
public interface ISubLayerHook
{
    /// <summary>Gives what is added to the residual stream, [B, T, hidden].</summary>
    Tensor Around(in SubLayerCall call);
}

/// <summary>One application of a sub-layer F in the pre-norm block h ← h + F(norm(h)).</summary>
/// <param name="Residual">h.</param>
/// <param name="Normed">norm(h), F's usual input.</param>
/// <param name="SubLayer">F.</param>
public readonly record struct SubLayerCall(Tensor Residual, Tensor Normed, Func<Tensor, Tensor> SubLayer)
{
    /// <summary>F(norm(h)).</summary>
    public Tensor Frozen() => SubLayer(Normed);
}
