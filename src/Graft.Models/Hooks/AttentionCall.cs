using Graft.Models.Transformers;
using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>
/// One application of attention, after projections, rotation, cache and prefixes; the output is the heads', [B, heads, T, headSize].
/// </summary>
/// <param name="Query">[B, heads, T, headSize].</param>
/// <param name="Key">[B, keyValueHeads, S, headSize]; S counts prefixes and cached positions too.</param>
/// <param name="Value">As the keys.</param>
/// <param name="Mask">Which keys a query may see.</param>
/// <param name="ProjectKeys">Maps hidden states [B, n, hidden] through the layer's key projection to [B, keyValueHeads, n, headSize],
/// unrotated.</param>
/// <param name="ProjectValues">The same with the value projection.</param>
/// <param name="Context">The pass.</param>
public readonly record struct AttentionCall(
    Tensor Query,
    Tensor Key,
    Tensor Value,
    AttentionMask Mask,
    Func<Tensor, Tensor> ProjectKeys,
    Func<Tensor, Tensor> ProjectValues,
    ForwardContext Context) : IHookCall<AttentionCall>
{
    public IHook<AttentionCall>? Below { get; init; }

    /// <summary>Attention without this hook.</summary>
    public Tensor Inner() => Below is { } below
        ? below.Around(this with { Below = null })
        : ScaledDotProduct.Attend(Query, Key, Value, Mask);
}
