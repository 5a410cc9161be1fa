using Graft.Models.Decoder;
using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>Computes attention in a way of its own: with keys and values in front, with a second gated softmax, with scaled ones.</summary>
public interface IAttentionHook
{
    /// <summary>Gives the heads' output [B, heads, T, headSize].</summary>
    Tensor Around(in AttentionCall call);
}

/// <summary>One application of attention, after projections, rotation and cache.</summary>
/// <param name="Query">[B, heads, T, headSize].</param>
/// <param name="Key">[B, keyValueHeads, S, headSize]; S counts cached positions too.</param>
/// <param name="Value">As the keys.</param>
/// <param name="Mask">Which keys a query may see.</param>
/// <param name="ProjectKeys">Maps hidden states [B, n, hidden] through the layer's key projection to [B, keyValueHeads, n, headSize],
/// unrotated.</param>
/// <param name="ProjectValues">The same with the value projection.</param>
public readonly record struct AttentionCall(
    Tensor Query,
    Tensor Key,
    Tensor Value,
    AttentionMask Mask,
    Func<Tensor, Tensor> ProjectKeys,
    Func<Tensor, Tensor> ProjectValues)
{
    /// <summary>Attention as it is.</summary>
    public Tensor Frozen() => ScaledDotProduct.Attend(Query, Key, Value, Mask);
}
