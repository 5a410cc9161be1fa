using System.Text.Json.Nodes;
using Graft.Common;
using Graft.Models;

namespace Graft.Adapters.Peft;

/// <summary>
/// What the adapter_config.json of PEFT's prompt learning methods have in common: how many virtual tokens of which width there are, and
/// facts about the model. Beside it lies one tensor, <see cref="Tensor"/>.
/// </summary>
internal static class PeftPromptConfiguration
{
    /// <summary>The one tensor: a row for each virtual token.</summary>
    public const string Tensor = "prompt_embeddings";

    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "peft_type", "task_type", "base_model_name_or_path", "revision", "inference_mode", "auto_mapping", "peft_version",
        "tokenizer_name_or_path", "tokenizer_kwargs", "prompt_tuning_init", "prompt_tuning_init_text", "init_weights",
    };

    private static readonly HashSet<string> Understood = new(StringComparer.Ordinal)
    {
        "num_virtual_tokens", "token_dim", "num_transformer_submodules", "num_attention_heads", "num_layers", "prefix_projection",
        "encoder_hidden_size",
    };

    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal) { "modules_to_save" };

    /// <summary>Reads how many virtual tokens there are, and checks that their width is the model's.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">What the method gives a token in this model.</param>
    public static (int VirtualTokens, JsonFields Fields, JsonObject Original) Read(string path, int width)
    {
        var (fields, json) = PeftFolder.ReadConfiguration(path);
        PeftConfiguration.RefuseUnknown(json, path, Harmless, Understood, Refused);
        fields.Require("token_dim", fields.Size("token_dim", width) == width, $"{width} with this model");
        fields.Require("num_transformer_submodules", fields.Size("num_transformer_submodules", 1) == 1, "1");
        return (fields.Size("num_virtual_tokens"), fields, json);
    }

    /// <summary>A configuration; what Graft does not decide comes from <paramref name="original"/>.</summary>
    /// <param name="type">PEFT's name of the method.</param>
    /// <param name="virtualTokens">How many virtual tokens there are.</param>
    /// <param name="width">How wide one is, in numbers.</param>
    /// <param name="heads">Into how many heads PEFT divides it.</param>
    /// <param name="model">The model.</param>
    /// <param name="baseModel">What the base is called, or null to keep what it was called.</param>
    /// <param name="original">The configuration that the adapter was loaded with, if it was.</param>
    public static JsonObject Write(
        string type, int virtualTokens, int width, int heads, IFrozenModel model, string? baseModel, JsonObject? original)
    {
        var json = original?.DeepClone().AsObject() ?? PeftConfiguration.Defaults();
        json["peft_type"] = type;
        json["inference_mode"] = true;
        json["modules_to_save"] = null;
        json["num_virtual_tokens"] = virtualTokens;
        json["token_dim"] = width;
        json["num_attention_heads"] = heads;
        json["num_layers"] = model.Shape.Layers;
        json["num_transformer_submodules"] = 1;
        if (baseModel is not null)
        {
            json["base_model_name_or_path"] = baseModel;
        }

        return json;
    }
}
