using Graft.Common;
using Graft.Models.Configuration;

namespace Graft.Models.Clip;

/// <summary>The config.json of a CLIP's vision encoder. Its dropout rate is not read: a frozen model runs without.</summary>
internal sealed record ClipVisionConfiguration(
    int Layers,
    int HiddenSize,
    int IntermediateSize,
    int Heads,
    int Channels,
    int ImageSize,
    int PatchSize,
    double NormEpsilon,
    bool UsesQuickGelu,
    double InitializerRange)
{
    /// <summary>Layers where config.json does not say.</summary>
    public const int UsualLayers = 12;

    private const int LargestImage = 1 << 14;

    /// <summary>Patches in a picture.</summary>
    public int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);

    /// <summary>What is done with each field.</summary>
    public static readonly FieldTable Fields = new(
        computed:
        [
            "hidden_size", "num_attention_heads", "hidden_act", "image_size", "patch_size", "num_hidden_layers", "intermediate_size",
            "num_channels", "layer_norm_eps", "initializer_range",
        ],
        @fixed: [],
        // The projection behind the encoder is not part of it, and it has no head that could be tied.
        harmless: ["projection_dim", "initializer_factor", "tie_word_embeddings"]);

    /// <exception cref="ModelException">A field is wrong, or asks for what Graft does not implement.</exception>
    public static ClipVisionConfiguration Read(JsonFields config)
    {
        var hidden = config.Size("hidden_size", 768, ModelSizes.LargestWidth);
        var heads = config.Size("num_attention_heads", 12);
        config.Require("hidden_size", hidden % heads == 0, $"multiples of num_attention_heads ({heads})");
        var activation = config.Text("hidden_act") ?? "quick_gelu";
        config.Require("hidden_act", activation is "quick_gelu" or "gelu", "quick_gelu and gelu");
        var (image, patch) = (config.Size("image_size", 224, LargestImage), config.Size("patch_size", 32));
        config.Require("patch_size", patch <= image, $"at most image_size ({image})");
        var (epsilon, range) = (config.Double("layer_norm_eps", 1e-5), config.Double("initializer_range", 0.02));
        config.Require("layer_norm_eps", epsilon >= 0, "0 and more");
        config.Require("initializer_range", range >= 0, "0 and more");
        return new ClipVisionConfiguration(
            config.Size("num_hidden_layers", UsualLayers),
            hidden,
            config.Size("intermediate_size", 3072, ModelSizes.LargestWidth),
            heads,
            config.Size("num_channels", 3, ModelSizes.LargestWidth),
            image,
            patch,
            epsilon,
            activation == "quick_gelu",
            range);
    }
}
