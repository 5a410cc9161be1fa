using Graft.Common;

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
    /// <exception cref="ModelException">A field is missing or wrong, or asks for what Graft does not implement.</exception>
    public static LlamaConfiguration Read(JsonFields config)
    {
        var hidden = config.Size("hidden_size");
        var heads = config.Size("num_attention_heads");
        var keyValueHeads = config.Size("num_key_value_heads", heads);
        config.Require("num_key_value_heads", heads % keyValueHeads == 0, $"divisors of num_attention_heads ({heads})");
        if (!config.Has("head_dim"))
        {
            config.Require("hidden_size", hidden % heads == 0, $"multiples of num_attention_heads ({heads}) unless head_dim is given");
        }

        var headSize = config.Size("head_dim", Math.Max(1, hidden / heads));
        config.Require("head_dim", headSize % 2 == 0, "even head sizes, for the rotary embedding");
        var activation = config.Text("hidden_act") ?? "silu";
        config.Require("hidden_act", activation is "silu" or "swish", "silu");
        config.Require("sliding_window", !config.Has("sliding_window"), "full attention only");
        var (rotaryBase, scaling) = ReadRotary(config);
        return new LlamaConfiguration(
            config.Size("num_hidden_layers"),
            hidden,
            config.Size("intermediate_size"),
            heads,
            keyValueHeads,
            headSize,
            config.Size("vocab_size"),
            config.Size("max_position_embeddings", 2048),
            config.Double("rms_norm_eps", 1e-6),
            config.Double("initializer_range", 0.02),
            rotaryBase,
            scaling,
            config.Flag("attention_bias"),
            config.Flag("mlp_bias"),
            config.Flag("tie_word_embeddings"));
    }

    private static (double Base, RotaryScaling Scaling) ReadRotary(JsonFields config)
    {
        const double DefaultBase = 10000;
        var section = config.Section("rope_parameters") ?? config.Section("rope_scaling");
        var rotaryBase = section is not null && section.Has("rope_theta")
            ? section.Double("rope_theta")
            : config.Double("rope_theta", DefaultBase);
        if (section is null)
        {
            return (rotaryBase, new RotaryScaling.Default());
        }

        section.Require("partial_rotary_factor", section.Double("partial_rotary_factor", 1) == 1, "rotation of whole heads");
        var field = section.Has("rope_type") ? "rope_type" : "type";
        switch (section.Text(field) ?? "default")
        {
            case "default":
                return (rotaryBase, new RotaryScaling.Default());
            case "linear":
                return (rotaryBase, new RotaryScaling.Linear(section.Double("factor")));
            case "llama3":
                return (rotaryBase, new RotaryScaling.Llama3(
                    section.Double("factor"),
                    section.Double("low_freq_factor"),
                    section.Double("high_freq_factor"),
                    section.Size("original_max_position_embeddings")));
            default:
                section.Require(field, holds: false, "default, linear and llama3");
                throw new InvalidOperationException("unreachable: the requirement above always fails");
        }
    }
}
