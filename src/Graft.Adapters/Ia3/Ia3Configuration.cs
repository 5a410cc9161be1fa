using System.Text.Json.Nodes;
using Graft.Adapters.Peft;
using Graft.Adapters.Targets;

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

    /// <summary>Reads which layers are scaled, and which of them at their input.</summary>
    public static (TargetSelection Targets, Func<string, bool> IsAtInput, JsonObject Original) Read(string path)
    {
        var (fields, json) = PeftFolder.ReadConfiguration(path);
        PeftConfiguration.RefuseUnknown(json, path, Harmless, Understood, Refused);
        var names = fields.Texts("feedforward_modules", out var expression);
        var pattern = Patterns.Whole(expression, "feed-forward pattern");
        // PEFT compares names without asking for a dot.
        return (
            PeftConfiguration.ReadTargets(fields),
            pattern is not null
                ? module => Patterns.IsMatch(pattern, module, "feed-forward pattern")
                : module => names?.Any(name => module.EndsWith(name, StringComparison.Ordinal)) == true,
            json);
    }

    /// <summary>The configuration of an adapter; what Graft does not decide comes from <paramref name="original"/>.</summary>
    public static JsonObject Write(Ia3Targets targets, string? baseModel, JsonObject? original)
    {
        var json = original?.DeepClone().AsObject() ?? PeftConfiguration.Defaults();
        json["peft_type"] = "IA3";
        json["inference_mode"] = true;
        if (baseModel is not null)
        {
            json["base_model_name_or_path"] = baseModel;
        }

        json["fan_in_fan_out"] = targets.Sites.All(site => site.IsTransposed);
        if (original is null)
        {
            json["init_ia3_weights"] = true;
            json["modules_to_save"] = null;
            json["feedforward_modules"] = PeftConfiguration.Strings(targets.FeedforwardNames);
            PeftConfiguration.WriteTargets(json, TargetSelection.Of(targets.Names));
        }

        return json;
    }
}
