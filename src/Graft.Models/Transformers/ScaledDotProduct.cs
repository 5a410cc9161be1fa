using static TorchSharp.torch;

namespace Graft.Models.Transformers;

/// <summary>softmax(Q·Kᵀ/√headSize)·V by libtorch's fused kernel, whose softmax accumulates in fp32 whatever the element type.</summary>
public static class ScaledDotProduct
{
    /// <summary>Attends with grouped queries: key and value heads are repeated for the query heads that share them.</summary>
    /// <returns>[B, heads, T, headSize].</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        var groups = query.shape[1] / key.shape[1];
        if (groups > 1)
        {
            key = key.repeat_interleave(groups, 1);
            value = value.repeat_interleave(groups, 1);
        }

        return nn.functional.scaled_dot_product_attention(query, key, value, attn_mask: mask.Allowed, is_casual: mask.IsCausal);
    }
}
