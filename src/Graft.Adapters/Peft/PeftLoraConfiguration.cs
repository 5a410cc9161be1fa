using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Adapters.Lora;
using Graft.Models.Transformers;

namespace Graft.Adapters.Peft;

/// <summary>
/// LoRA's options as PEFT's adapter_config.json. Keys that Graft does not know are kept when an adapter is loaded and saved again; one that
/// is set and could change what the adapter computes is an error, since ignoring it would give wrong numbers without a word.
/// </summary>
internal static class PeftLoraConfiguration
{
    // Set, these change nothing that a loaded adapter computes.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "peft_type", "task_type", "base_model_name_or_path", "revision", "inference_mode", "auto_mapping", "loftq_config",
        "megatron_config", "megatron_core", "peft_version", "qalora_group_size", "eva_config", "fan_in_fan_out", "runtime_config",
    };

    private static readonly HashSet<string> Understood = new(StringComparer.Ordinal)
    {
        "r", "lora_alpha", "lora_dropout", "target_modules", "exclude_modules", "bias", "modules_to_save", "init_lora_weights",
        "layers_to_transform", "layers_pattern", "use_rslora", "use_dora", "rank_pattern", "alpha_pattern",
    };

    // Known to change the computation in ways Graft does not implement.
    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal)
    {
        "trainable_token_indices", "lora_bias", "layer_replication", "target_parameters", "corda_config", "lora_ga_config",
        "velora_config", "alora_invocation_tokens", "use_qalora", "monteclora_config", "use_bdlora", "arrow_config", "kasa_config",
        "ensure_weight_tying",
    };

    public static (LoraOptions Options, JsonObject Original) Read(string path)
    {
        var (fields, json) = PeftFolder.ReadConfiguration(path);
        if (fields.Text("peft_type") is var type && type != "LORA")
        {
            throw new AdapterException($"{path}: peft_type = {type ?? "(missing)"}: expected LORA");
        }

        PeftConfiguration.RefuseUnknown(json, path, Harmless, Understood, Refused);
        var options = new LoraOptions
        {
            Rank = fields.Int("r", 8),
            Alpha = fields.Double("lora_alpha", 8),
            Dropout = fields.Double("lora_dropout", 0),
            RsLora = fields.Flag("use_rslora"),
            Dora = fields.Flag("use_dora"),
            Initialization = ReadInitialization(json["init_lora_weights"], path),
            Targets = PeftConfiguration.ReadTargets(fields),
            ModulesToSave = fields.Texts("modules_to_save") ?? [],
            Bias = fields.Text("bias") switch
            {
                null or "none" => LoraBias.None,
                "lora_only" => LoraBias.LoraOnly,
                "all" => LoraBias.All,
                var other => throw fields.Wrong("bias", $"none, lora_only or all, not {other}"),
            },
            RankPattern = fields.Numbers("rank_pattern").ToDictionary(item => item.Key, item => (int)item.Value),
            AlphaPattern = fields.Numbers("alpha_pattern"),
        };
        return (options, json);
    }

    /// <summary>
    /// The configuration of an adapter on <paramref name="sites"/>, whose targets are resolved; what Graft does not decide comes from
    /// <paramref name="original"/>.
    /// </summary>
    public static JsonObject Write(LoraOptions options, IReadOnlyList<LinearSite> sites, string? baseModel, JsonObject? original)
    {
        var json = original?.DeepClone().AsObject() ?? Defaults();
        json["peft_type"] = "LORA";
        json["inference_mode"] = true;
        if (baseModel is not null)
        {
            json["base_model_name_or_path"] = baseModel;
        }

        json["r"] = options.Rank;
        json["lora_alpha"] = PeftConfiguration.Number(options.Alpha);
        json["lora_dropout"] = PeftConfiguration.Number(options.Dropout);
        json["use_rslora"] = options.RsLora;
        json["use_dora"] = options.Dora;
        json["bias"] = options.Bias switch { LoraBias.All => "all", LoraBias.LoraOnly => "lora_only", _ => "none" };
        json["fan_in_fan_out"] = sites.All(site => site.IsTransposed);
        json["modules_to_save"] = options.ModulesToSave.Count == 0 ? null : PeftConfiguration.Strings(options.ModulesToSave);
        json["rank_pattern"] = new JsonObject(options.RankPattern.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)item.Value)));
        json["alpha_pattern"] = new JsonObject(
            options.AlphaPattern.Select(item => KeyValuePair.Create(item.Key, (JsonNode?)PeftConfiguration.Number(item.Value))));
        WriteInitialization(json, options.Initialization);
        if (original is null)
        {
            json["layers_to_transform"] = null;
            json["layers_pattern"] = null;
            PeftConfiguration.WriteTargets(json, options.Targets!);
        }

        return json;
    }

    private static JsonObject Defaults()
    {
        var json = PeftConfiguration.Defaults();
        json["loftq_config"] = new JsonObject();
        json["megatron_config"] = null;
        json["megatron_core"] = "megatron.core";
        return json;
    }

    private static LoraInitialization ReadInitialization(JsonNode? value, string path) => value switch
    {
        null => LoraInitialization.Default,
        JsonValue flag when flag.GetValueKind() == JsonValueKind.True => LoraInitialization.Default,
        JsonValue flag when flag.GetValueKind() == JsonValueKind.False => LoraInitialization.Random,
        _ => value.ToString() switch
        {
            "gaussian" => LoraInitialization.Gaussian,
            "pissa" => LoraInitialization.Pissa,
            "olora" => LoraInitialization.Olora,
            // They choose a start and leave the base alone; a loaded adapter has left its start.
            "eva" or "orthogonal" => LoraInitialization.Default,
            var other => throw new AdapterException(
                $"{path}: init_lora_weights = \"{other}\" alters the base model in a way that Graft cannot repeat; "
                + "convert the adapter to a plain LoRA first (PEFT: save_pretrained with path_initial_model_for_weight_conversion)"),
        },
    };

    private static void WriteInitialization(JsonObject json, LoraInitialization initialization)
    {
        var before = json["init_lora_weights"];
        // A start whose name Graft only reads over ("eva") stays as it was written.
        if (before?.ToString() is "eva" or "orthogonal" && initialization == LoraInitialization.Default)
        {
            return;
        }

        json["init_lora_weights"] = initialization switch
        {
            LoraInitialization.Gaussian => "gaussian",
            LoraInitialization.Random => false,
            LoraInitialization.Pissa => "pissa",
            LoraInitialization.Olora => "olora",
            _ => true,
        };
    }
}
