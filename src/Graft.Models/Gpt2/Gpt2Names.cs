using Graft.Models.Transformers;
using Graft.Models.Weights;

namespace Graft.Models.Gpt2;

/// <summary>The names and shapes of a GPT-2's weights in Hugging Face's layout. Its linear layers (Conv1D) are stored [in, out].</summary>
internal static class Gpt2Names
{
    public const string Prefix = "transformer.";
    public const string Embedding = "transformer.wte.weight";
    public const string Positions = "transformer.wpe.weight";
    public const string FinalNorm = "transformer.ln_f";
    public const string Head = "lm_head";

    /// <summary>What stands before a layer's number.</summary>
    public const string Layers = "transformer.h.";

    public static IEnumerable<LinearSite> LinearSites(Gpt2Configuration config)
    {
        var hidden = config.HiddenSize;
        for (var i = 0; i < config.Layers; i++)
        {
            yield return Site(i, $"{Attention(i)}.c_attn", LinearRoles.Query | LinearRoles.Key | LinearRoles.Value, hidden, 3 * hidden);
            yield return Site(i, $"{Attention(i)}.c_proj", LinearRoles.Output, hidden, hidden);
            yield return Site(i, $"{Mlp(i)}.c_fc", LinearRoles.Up, hidden, config.IntermediateSize);
            yield return Site(i, $"{Mlp(i)}.c_proj", LinearRoles.Down, config.IntermediateSize, hidden);
        }

        var weight = config.TiesEmbeddings ? Embedding : $"{Head}.weight";
        yield return new LinearSite(Head, LinearRoles.Head, hidden, config.VocabularySize, null, weight);
    }

    public static IEnumerable<WeightSpec> Weights(Gpt2Configuration config)
    {
        var range = config.InitializerRange;
        yield return new WeightSpec(Embedding, [config.VocabularySize, config.HiddenSize], WeightKind.Matrix, range);
        yield return new WeightSpec(Positions, [config.MaximumPositions, config.HiddenSize], WeightKind.Matrix, range);
        foreach (var norm in Norms(config))
        {
            yield return new WeightSpec($"{norm}.weight", [config.HiddenSize], WeightKind.NormScale);
            yield return new WeightSpec($"{norm}.bias", [config.HiddenSize], WeightKind.Bias);
        }

        foreach (var site in LinearSites(config).Where(site => site.WeightName != Embedding))
        {
            // Projections into the residual stream start smaller, so that its variance does not grow with depth (GPT-2, section 2.3).
            var deviation = site.Name.EndsWith(".c_proj", StringComparison.Ordinal) ? range / Math.Sqrt(2 * config.Layers) : range;
            long[] shape = site.IsTransposed ? [site.InputSize, site.OutputSize] : [site.OutputSize, site.InputSize];
            yield return new WeightSpec(site.WeightName, shape, WeightKind.Matrix, deviation);
            if (site.BiasName is { } bias)
            {
                yield return new WeightSpec(bias, [site.OutputSize], WeightKind.Bias);
            }
        }
    }

    /// <summary>Old checkpoints store the causal mask as attn.bias.</summary>
    public static bool IsDerived(string name) =>
        name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal);

    public static string Attention(int layer) => $"{Layers}{layer}.attn";

    public static string Mlp(int layer) => $"{Layers}{layer}.mlp";

    public static string AttentionNorm(int layer) => $"{Layers}{layer}.ln_1";

    public static string MlpNorm(int layer) => $"{Layers}{layer}.ln_2";

    private static IEnumerable<string> Norms(Gpt2Configuration config) =>
        Enumerable.Range(0, config.Layers).SelectMany(i => new[] { AttentionNorm(i), MlpNorm(i) }).Append(FinalNorm);

    private static LinearSite Site(int layer, string name, LinearRoles roles, int input, int output) =>
        new(name, roles, input, output, layer, $"{name}.weight", $"{name}.bias", IsTransposed: true);
}
