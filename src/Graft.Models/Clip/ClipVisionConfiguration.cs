using Graft.Common;

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
    /// <summary>Patches in a picture.</summary>
    public int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);

    /// <exception cref="ModelException">A field is wrong, or asks for what Graft does not implement.</exception>
    public static ClipVisionConfiguration Read(JsonFields config)
    {
        var hidden = config.Size("hidden_size", 768);
        var heads = config.Size("num_attention_heads", 12);
        config.Require("hidden_size", hidden % heads == 0, $"multiples of num_attention_heads ({heads})");
        var activation = config.Text("hidden_act") ?? "quick_gelu";
        config.Require("hidden_act", activation is "quick_gelu" or "gelu", "quick_gelu and gelu");
        var (image, patch) = (config.Size("image_size", 224), config.Size("patch_size", 32));
        config.Require("patch_size", patch <= image, $"at most image_size ({image})");
        return new ClipVisionConfiguration(
            config.Size("num_hidden_layers", 12),
            hidden,
            config.Size("intermediate_size", 3072),
            heads,
            config.Size("num_channels", 3),
            image,
            patch,
            config.Double("layer_norm_eps", 1e-5),
            activation == "quick_gelu",
            config.Double("initializer_range", 0.02));
    }
}
