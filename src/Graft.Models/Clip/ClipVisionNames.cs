using Graft.Models.Transformers;
using Graft.Models.Weights;

namespace Graft.Models.Clip;

/// <summary>The names and shapes of a CLIP vision encoder's weights in Hugging Face's layout.</summary>
internal static class ClipVisionNames
{
    /// <summary>What checkpoints written by transformers 4 put in front of all names.</summary>
    public const string OlderPrefix = "vision_model.";

    public const string ClassToken = "embeddings.class_embedding";
    public const string Patches = "embeddings.patch_embedding.weight";
    public const string Positions = "embeddings.position_embedding.weight";

    /// <summary>What stands before a layer's number.</summary>
    public const string Layers = "encoder.layers.";

    // Spelled so in the checkpoints.
    public const string FirstNorm = "pre_layrnorm";
    public const string FinalNorm = "post_layernorm";

    public static IEnumerable<LinearSite> LinearSites(ClipVisionConfiguration config)
    {
        var hidden = config.HiddenSize;
        for (var i = 0; i < config.Layers; i++)
        {
            yield return Site(i, $"{Attention(i)}.q_proj", LinearRoles.Query, hidden, hidden);
            yield return Site(i, $"{Attention(i)}.k_proj", LinearRoles.Key, hidden, hidden);
            yield return Site(i, $"{Attention(i)}.v_proj", LinearRoles.Value, hidden, hidden);
            yield return Site(i, $"{Attention(i)}.out_proj", LinearRoles.Output, hidden, hidden);
            yield return Site(i, $"{Mlp(i)}.fc1", LinearRoles.Up, hidden, config.IntermediateSize);
            yield return Site(i, $"{Mlp(i)}.fc2", LinearRoles.Down, config.IntermediateSize, hidden);
        }
    }

    public static IEnumerable<WeightSpec> Weights(ClipVisionConfiguration config)
    {
        var (hidden, range) = (config.HiddenSize, config.InitializerRange);
        yield return new WeightSpec(ClassToken, [hidden], WeightKind.Matrix, range);
        yield return new WeightSpec(Patches, [hidden, config.Channels, config.PatchSize, config.PatchSize], WeightKind.Matrix, range);
        yield return new WeightSpec(Positions, [config.Patches + 1, hidden], WeightKind.Matrix, range);
        var norms = Enumerable.Range(0, config.Layers).SelectMany(i => new[] { AttentionNorm(i), MlpNorm(i) });
        foreach (var norm in norms.Prepend(FirstNorm).Append(FinalNorm))
        {
            yield return new WeightSpec($"{norm}.weight", [hidden], WeightKind.NormScale);
            yield return new WeightSpec($"{norm}.bias", [hidden], WeightKind.Bias);
        }

        foreach (var site in LinearSites(config))
        {
            yield return new WeightSpec(site.WeightName, [site.OutputSize, site.InputSize], WeightKind.Matrix, range);
            yield return new WeightSpec(site.BiasName!, [site.OutputSize], WeightKind.Bias);
        }
    }

    /// <summary>Old checkpoints store the numbers of the positions.</summary>
    public static bool IsDerived(string name) => name.EndsWith("embeddings.position_ids", StringComparison.Ordinal);

    public static string Attention(int layer) => $"{Layers}{layer}.self_attn";

    public static string Mlp(int layer) => $"{Layers}{layer}.mlp";

    public static string AttentionNorm(int layer) => $"{Layers}{layer}.layer_norm1";

    public static string MlpNorm(int layer) => $"{Layers}{layer}.layer_norm2";

    private static LinearSite Site(int layer, string name, LinearRoles roles, int input, int output) =>
        new(name, roles, input, output, layer, $"{name}.weight", $"{name}.bias");
}
