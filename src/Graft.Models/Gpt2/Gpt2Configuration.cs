using Graft.Common;
using Graft.Models.Configuration;

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
    /// <summary>What is done with each field. Some have a second name, which transformers takes for the same.</summary>
    public static readonly FieldTable Fields = new(
        computed:
        [
            "n_embd", "n_head", "n_layer", "n_inner", "n_positions", "vocab_size", "activation_function", "layer_norm_epsilon",
            "initializer_range", "tie_word_embeddings",
        ],
        @fixed:
        [
            FixedField.On("scale_attn_weights"),
            FixedField.Off("scale_attn_by_inverse_layer_idx"),
            FixedField.Off("reorder_and_upcast_attn"),
            FixedField.SameAs("hidden_size", "n_embd"),
            FixedField.SameAs("num_attention_heads", "n_head"),
            FixedField.SameAs("num_hidden_layers", "n_layer"),
            FixedField.SameAs("max_position_embeddings", "n_positions"),
        ],
        harmless:
        [
            "n_ctx", "attn_pdrop", "embd_pdrop", "resid_pdrop", "summary_activation", "summary_first_dropout", "summary_proj_to_labels",
            "summary_type", "summary_use_proj",
        ]);

    /// <exception cref="ModelException">A field is missing or wrong, or asks for what Graft does not implement.</exception>
    public static Gpt2Configuration Read(JsonFields config)
    {
        var hidden = config.Size("n_embd", largest: ModelSizes.LargestWidth);
        var heads = config.Size("n_head");
        config.Require("n_embd", hidden % heads == 0, $"multiples of n_head ({heads})");
        var activation = config.Text("activation_function") ?? "gelu_new";
        config.Require("activation_function", activation is "gelu_new" or "gelu_pytorch_tanh", "gelu_new");
        var (epsilon, range) = (config.Double("layer_norm_epsilon", 1e-5), config.Double("initializer_range", 0.02));
        config.Require("layer_norm_epsilon", epsilon >= 0, "0 and more");
        config.Require("initializer_range", range >= 0, "0 and more");
        return new Gpt2Configuration(
            config.Size("n_layer"),
            hidden,
            config.Size("n_inner", hidden * 4, 4 * ModelSizes.LargestWidth),
            heads,
            config.Size("vocab_size", largest: ModelSizes.LargestWidth),
            config.Size("n_positions", 1024, ModelSizes.LargestWidth),
            epsilon,
            range,
            config.Flag("tie_word_embeddings", true));
    }
}
