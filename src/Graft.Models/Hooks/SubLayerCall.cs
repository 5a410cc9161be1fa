using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>
/// One application of a sub-layer F in the pre-norm block h ← h + F(norm(h)); the output is what is added, [B, T, hidden].
/// </summary>
/// <param name="Residual">h.</param>
/// <param name="Normed">norm(h), F's usual input.</param>
/// <param name="SubLayer">F.</param>
/// <param name="Context">The pass.</param>
public readonly record struct SubLayerCall(Tensor Residual, Tensor Normed, Func<Tensor, Tensor> SubLayer, ForwardContext Context)
    : IHookCall<SubLayerCall>
{
    public IHook<SubLayerCall>? Below { get; init; }

    /// <summary>F(norm(h)) without this hook.</summary>
    /// <param name="normed">Another input than norm(h).</param>
    public Tensor Inner(Tensor? normed = null) => Below is { } below
        ? below.Around(this with { Normed = normed ?? Normed, Below = null })
        : SubLayer(normed ?? Normed);
}
