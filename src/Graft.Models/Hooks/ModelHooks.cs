using static TorchSharp.torch;

namespace Graft.Models.Hooks;

/// <summary>
/// What a forward pass does differently from the frozen model. A model declares the points, an adapter method fills the ones it needs, and
/// both stay apart: no module is swapped, the model keeps no state of a run, and one frozen base serves many adapters at once.
/// Keys are names of Hugging Face's layout (a module's, or for <see cref="Weights"/> a parameter's).
/// </summary>
public sealed class ModelHooks
{
    /// <summary>The frozen model as it is.</summary>
    public static readonly ModelHooks None = new();

    /// <summary>Tensors used in place of frozen parameters: trained copies of norms, biases, heads, or of everything.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; init; } = Empty<Tensor>.Value;

    /// <summary>Around a linear layer, by module name.</summary>
    public IReadOnlyDictionary<string, ILinearHook> Linears { get; init; } = Empty<ILinearHook>.Value;

    /// <summary>Around attention proper (between the projections), by the attention module's name.</summary>
    public IReadOnlyDictionary<string, IAttentionHook> Attention { get; init; } = Empty<IAttentionHook>.Value;

    /// <summary>Around either half of a block (attention or feed-forward), by the sub-layer module's name.</summary>
    public IReadOnlyDictionary<string, ISubLayerHook> SubLayers { get; init; } = Empty<ISubLayerHook>.Value;

    /// <summary>On the input embeddings, before the first block.</summary>
    public IEmbeddingHook? Embeddings { get; init; }

    /// <summary>Sees the residual stream [B, T, hidden] at every boundary: 0 is the embeddings, i what block i-1 gave (before the final
    /// norm). What it keeps it must clone: the stream ends with the pass.</summary>
    public Action<int, Tensor>? Observer { get; init; }

    private static class Empty<T>
    {
        public static readonly IReadOnlyDictionary<string, T> Value = new Dictionary<string, T>();
    }
}
