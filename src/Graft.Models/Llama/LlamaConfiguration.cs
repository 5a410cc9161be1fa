using Graft.Common;
using Graft.Models.Configuration;

namespace Graft.Models.Llama;

/// <summary>A LLaMA's config.json, in the keys of transformers 4 (rope_theta, rope_scaling) or 5 (rope_parameters).</summary>
internal sealed record LlamaConfiguration(
    int Layers,
    int HiddenSize,
    int IntermediateSize,
    int Heads,
    int KeyValueHeads,
    int HeadSize,
    int VocabularySize,
    int MaximumPositions,
    double NormEpsilon,
    double InitializerRange,
    double RotaryBase,
    RotaryScaling RotaryScaling,
    bool AttentionBias,
    bool MlpBias,
    bool TiesEmbeddings)
{
    /// <summary>What is done with each field.</summary>
    public static readonly FieldTable Fields = new(
        computed:
        [
            "hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "hidden_act", "num_hidden_layers", "intermediate_size",
            "vocab_size", "max_position_embeddings", "rms_norm_eps", "initializer_range", "attention_bias", "mlp_bias",
            "tie_word_embeddings", "rope_theta", "rope_scaling", "rope_parameters",
        ],
        @fixed: [],
        // A product in slices is the same product.
        harmless: ["pretraining_tp", "original_max_position_embeddings"]);

    /// <exception cref="ModelException">A field is missing or wrong, or asks for what Graft does not implement.</exception>
    public static LlamaConfiguration Read(JsonFields config)
    {
        var hidden = config.Size("hidden_size", largest: ModelSizes.LargestWidth);
        var heads = config.Size("num_attention_heads", largest: ModelSizes.LargestWidth);
        var keyValueHeads = config.Size("num_key_value_heads", heads);
        config.Require("num_key_value_heads", heads % keyValueHeads == 0, $"divisors of num_attention_heads ({heads})");
        if (!config.Has("head_dim"))
        {
            config.Require("hidden_size", hidden % heads == 0, $"multiples of num_attention_heads ({heads}) unless head_dim is given");
        }

        var headSize = config.Size("head_dim", Math.Max(1, hidden / heads), ModelSizes.LargestWidth);
        config.Require("head_dim", headSize % 2 == 0, "even head sizes, for the rotary embedding");
        config.Require(
            "head_dim",
            (long)headSize * heads <= ModelSizes.LargestWidth,
            $"heads that are {ModelSizes.LargestWidth} wide together at most (there are {heads})");
        var activation = config.Text("hidden_act") ?? "silu";
        config.Require("hidden_act", activation is "silu" or "swish", "silu");
        var (rotaryBase, scaling) = RotaryFields.Read(config);
        var (epsilon, range) = (config.Double("rms_norm_eps", 1e-6), config.Double("initializer_range", 0.02));
        config.Require("rms_norm_eps", epsilon >= 0, "0 and more");
        config.Require("initializer_range", range >= 0, "0 and more");
        return new LlamaConfiguration(
            config.Size("num_hidden_layers"),
            hidden,
            config.Size("intermediate_size", largest: ModelSizes.LargestWidth),
            heads,
            keyValueHeads,
            headSize,
            config.Size("vocab_size", largest: ModelSizes.LargestWidth),
            config.Size("max_position_embeddings", 2048),
            epsilon,
            range,
            rotaryBase,
            scaling,
            config.Flag("attention_bias"),
            config.Flag("mlp_bias"),
            config.Flag("tie_word_embeddings"));
    }
}
