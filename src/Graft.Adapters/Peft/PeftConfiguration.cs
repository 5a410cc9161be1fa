using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Adapters.Targets;
using Graft.Common;

namespace Graft.Adapters.Peft;

/// <summary>What the adapter_config.json of all of PEFT's methods have in common.</summary>
internal static class PeftConfiguration
{
    /// <summary>A new configuration with what every method's begins with.</summary>
    public static JsonObject Defaults() => new()
    {
        ["task_type"] = "CAUSAL_LM",
        ["base_model_name_or_path"] = null,
        ["revision"] = null,
        ["auto_mapping"] = null,
    };

    /// <summary>
    /// Fails where a key is set that could change what the adapter computes and is not computed: ignoring it would give wrong numbers
    /// without a word.
    /// </summary>
    /// <param name="json">The configuration.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="harmless">Keys that change nothing that a loaded adapter computes.</param>
    /// <param name="understood">Keys that are read.</param>
    /// <param name="refused">Keys that are known to change the computation in ways that are not implemented.</param>
    /// <exception cref="AdapterException">There is such a key.</exception>
    public static void RefuseUnknown(
        JsonObject json, string path, IReadOnlySet<string> harmless, IReadOnlySet<string> understood, IReadOnlySet<string> refused)
    {
        foreach (var (key, value) in json)
        {
            if (!harmless.Contains(key) && !understood.Contains(key) && IsSet(value)
                && (refused.Contains(key) || CouldChangeTheResult(value!)))
            {
                throw new AdapterException(
                    $"{path}: {key} = {value!.ToJsonString()} is not implemented, and ignoring it could change what the adapter computes");
            }
        }
    }

    /// <summary>Writes which layers are adapted, by their resolved names (<see cref="ResolvedTargets.Published"/>).</summary>
    public static void WriteTargets(JsonObject json, TargetSelection published)
    {
        json["target_modules"] = Strings(published.Names!);
        // Written only when used: methods other than LoRA, and other libraries, do not know it.
        if (published.Layers.Count > 0)
        {
            json["layers_to_transform"] = new JsonArray([.. published.Layers.Select(layer => (JsonNode)layer)]);
        }
    }

    /// <summary>Reads which layers are adapted.</summary>
    public static TargetSelection ReadTargets(JsonFields fields)
    {
        var names = fields.Texts("target_modules", out var pattern)
            ?? (pattern is null ? throw fields.Wrong("target_modules", "a list of names or a regular expression") : null);
        var exclude = fields.Texts("exclude_modules", out var excludePattern);
        return new TargetSelection
        {
            AllLinear = pattern == "all-linear",
            Pattern = pattern == "all-linear" ? null : pattern,
            Names = names,
            Exclude = exclude ?? [],
            ExcludePattern = excludePattern,
            Layers = fields.Integers("layers_to_transform"),
            LayersPattern = fields.Texts("layers_pattern", out var one) ?? (one is null ? [] : [one]),
        };
    }

    /// <summary>A number, whole where it is.</summary>
    public static JsonNode Number(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? JsonValue.Create((long)value) : JsonValue.Create(value);

    /// <summary>A list of strings.</summary>
    public static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static bool IsSet(JsonNode? value) => value switch
    {
        null => false,
        JsonArray array => array.Count > 0,
        JsonObject section => section.Count > 0,
        JsonValue scalar => scalar.GetValueKind() switch
        {
            JsonValueKind.False => false,
            JsonValueKind.Number => scalar.GetValue<double>() != 0,
            JsonValueKind.String => scalar.GetValue<string>().Length > 0,
            _ => true,
        },
        _ => true,
    };

    // Of an unknown key, a switch or a section may well be a variant of the method; a name or a number alone is not.
    private static bool CouldChangeTheResult(JsonNode value) =>
        value is JsonObject or JsonArray || value.GetValueKind() == JsonValueKind.True;
}
