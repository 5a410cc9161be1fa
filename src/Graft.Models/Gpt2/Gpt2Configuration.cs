using Graft.Common;

namespace Graft.Models.Gpt2;

/// <summary>A GPT-2's config.json. Its dropout rates are not read: a frozen base runs without dropout.</summary>
internal sealed record Gpt2Configuration(
    int Layers,
    int HiddenSize,
    int IntermediateSize,
    int Heads,
    int VocabularySize,
    int MaximumPositions,
    double NormEpsilon,
    double InitializerRange,
    bool TiesEmbeddings)
{
    /// <exception cref="ModelException">A field is missing or wrong, or asks for what Graft does not implement.</exception>
    public static Gpt2Configuration Read(JsonFields config)
    {
        var hidden = config.Size("n_embd");
        var heads = config.Size("n_head");
        config.Require("n_embd", hidden % heads == 0, $"multiples of n_head ({heads})");
        var activation = config.Text("activation_function") ?? "gelu_new";
        config.Require("activation_function", activation is "gelu_new" or "gelu_pytorch_tanh", "gelu_new");
        config.Require("scale_attn_weights", config.Flag("scale_attn_weights", true), "true");
        config.Require("scale_attn_by_inverse_layer_idx", !config.Flag("scale_attn_by_inverse_layer_idx"), "false");
        config.Require("add_cross_attention", !config.Flag("add_cross_attention"), "false");
        return new Gpt2Configuration(
            config.Size("n_layer"),
            hidden,
            config.Size("n_inner", hidden * 4),
            heads,
            config.Size("vocab_size"),
            config.Size("n_positions", 1024),
            config.Double("layer_norm_epsilon", 1e-5),
            config.Double("initializer_range", 0.02),
            config.Flag("tie_word_embeddings", true));
    }
}
