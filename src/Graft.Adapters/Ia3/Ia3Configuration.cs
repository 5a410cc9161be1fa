using System.Text.Json.Nodes;
using Graft.Adapters.Peft;
using Graft.Adapters.Targets;
using Graft.Models.Transformers;

namespace Graft.Adapters.Ia3;

/// <summary>IA3's settings as PEFT's adapter_config.json.</summary>
internal static class Ia3Configuration
{
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "peft_type", "task_type", "base_model_name_or_path", "revision", "inference_mode", "auto_mapping", "peft_version",
        "fan_in_fan_out", "init_ia3_weights",
    };

    private static readonly HashSet<string> Understood = new(StringComparer.Ordinal)
    {
        "target_modules", "exclude_modules", "feedforward_modules",
    };

    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal) { "modules_to_save" };

    /// <summary>Reads which layers are scaled, and which of them at their input (null for none).</summary>
    public static (TargetSelection Targets, TargetSelection? Feedforward, JsonObject Original) Read(string path)
    {
        var (fields, json) = PeftFolder.ReadConfiguration(path);
        PeftConfiguration.RefuseUnknown(json, path, Harmless, Understood, Refused);
        var feedforward = fields.Texts("feedforward_modules", out var pattern);
        return (
            PeftConfiguration.ReadTargets(fields),
            pattern is not null ? new TargetSelection { Pattern = pattern }
                : feedforward is { Count: > 0 } ? TargetSelection.Of(feedforward)
                : null,
            json);
    }

    /// <summary>The configuration of an adapter; what Graft does not decide comes from <paramref name="original"/>.</summary>
    public static JsonObject Write(
        TargetSelection targets, IReadOnlyList<Ia3Layer> layers, IReadOnlyList<LinearSite> all, string? baseModel, JsonObject? original)
    {
        var json = original?.DeepClone().AsObject() ?? PeftConfiguration.Defaults();
        json["peft_type"] = "IA3";
        json["inference_mode"] = true;
        if (baseModel is not null)
        {
            json["base_model_name_or_path"] = baseModel;
        }

        json["fan_in_fan_out"] = layers.All(layer => layer.Site.IsTransposed);
        if (original is null)
        {
            var atInput = layers.Where(layer => layer.ScalesInput).Select(layer => layer.Site).ToHashSet();
            json["init_ia3_weights"] = true;
            json["modules_to_save"] = null;
            json["feedforward_modules"] = PeftConfiguration.Strings(
                TargetMatcher.Suffixes(all, atInput.Contains).Order(StringComparer.Ordinal));
            PeftConfiguration.WriteTargets(json, targets, [.. layers.Select(layer => layer.Site)]);
        }

        return json;
    }
}
