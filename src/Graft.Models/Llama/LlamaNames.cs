using Graft.Models.Transformers;
using Graft.Models.Weights;

namespace Graft.Models.Llama;

/// <summary>The names and shapes of a LLaMA's weights in Hugging Face's layout.</summary>
internal static class LlamaNames
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head";

    /// <summary>What stands before a layer's number.</summary>
    public const string Layers = "model.layers.";

    public static IEnumerable<LinearSite> LinearSites(LlamaConfiguration config)
    {
        for (var i = 0; i < config.Layers; i++)
        {
            var attention = Attention(i);
            var queries = config.Heads * config.HeadSize;
            var keys = config.KeyValueHeads * config.HeadSize;
            yield return Site(i, $"{attention}.q_proj", LinearRoles.Query, config.HiddenSize, queries, config.AttentionBias);
            yield return Site(i, $"{attention}.k_proj", LinearRoles.Key, config.HiddenSize, keys, config.AttentionBias);
            yield return Site(i, $"{attention}.v_proj", LinearRoles.Value, config.HiddenSize, keys, config.AttentionBias);
            yield return Site(i, $"{attention}.o_proj", LinearRoles.Output, queries, config.HiddenSize, config.AttentionBias);
            yield return Site(i, $"{Mlp(i)}.gate_proj", LinearRoles.Gate, config.HiddenSize, config.IntermediateSize, config.MlpBias);
            yield return Site(i, $"{Mlp(i)}.up_proj", LinearRoles.Up, config.HiddenSize, config.IntermediateSize, config.MlpBias);
            yield return Site(i, $"{Mlp(i)}.down_proj", LinearRoles.Down, config.IntermediateSize, config.HiddenSize, config.MlpBias);
        }

        var weight = config.TiesEmbeddings ? Embedding : $"{Head}.weight";
        yield return new LinearSite(Head, LinearRoles.Head, config.HiddenSize, config.VocabularySize, null, weight);
    }

    public static IEnumerable<WeightSpec> Weights(LlamaConfiguration config)
    {
        yield return new WeightSpec(Embedding, [config.VocabularySize, config.HiddenSize], WeightKind.Matrix, config.InitializerRange);
        for (var i = 0; i < config.Layers; i++)
        {
            yield return Norm(InputNorm(i), config);
            yield return Norm(PostAttentionNorm(i), config);
        }

        yield return Norm(FinalNorm, config);
        foreach (var site in LinearSites(config).Where(site => site.WeightName != Embedding))
        {
            yield return new WeightSpec(
                site.WeightName, [site.OutputSize, site.InputSize], WeightKind.Matrix, config.InitializerRange);
            if (site.BiasName is { } bias)
            {
                yield return new WeightSpec(bias, [site.OutputSize], WeightKind.Bias);
            }
        }
    }

    /// <summary>Old checkpoints store the rotary frequencies.</summary>
    public static bool IsDerived(string name) => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);

    public static string Attention(int layer) => $"{Layers}{layer}.self_attn";

    public static string Mlp(int layer) => $"{Layers}{layer}.mlp";

    public static string InputNorm(int layer) => $"{Layers}{layer}.input_layernorm.weight";

    public static string PostAttentionNorm(int layer) => $"{Layers}{layer}.post_attention_layernorm.weight";

    private static LinearSite Site(int layer, string name, LinearRoles roles, int input, int output, bool bias) =>
        new(name, roles, input, output, layer, $"{name}.weight", bias ? $"{name}.bias" : null);

    private static WeightSpec Norm(string name, LlamaConfiguration config) => new(name, [config.HiddenSize], WeightKind.NormScale);
}
