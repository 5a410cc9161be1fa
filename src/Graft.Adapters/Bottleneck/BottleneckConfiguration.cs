using System.Text.Json.Nodes;
using Graft.Adapters.Peft;
using Graft.Api.Methods;
using Graft.Artifacts;
using Graft.Common;
using Graft.Models;

namespace Graft.Adapters.Bottleneck;

/// <summary>
/// The adapter_config.json of AdapterHub's library <c>adapters</c>: facts about the model, the adapter's name, and in <c>config</c> its
/// settings. Settings that Graft does not compute are refused by name.
/// </summary>
internal static class BottleneckConfiguration
{
    /// <summary>What the library calls an adapter that nobody named.</summary>
    private const string UsualName = "default";

    public const string WeightsFile = AdapterFolder.HubWeightsFile;

    /// <summary>Switches that change the computation and are not computed, with the value at which they change nothing.</summary>
    private static readonly Dictionary<string, bool> Fixed = new(StringComparer.Ordinal)
    {
        ["output_adapter"] = true,
        ["ln_before"] = false,
        ["ln_after"] = false,
        ["use_gating"] = false,
        ["cross_adapter"] = false,
        ["residual_before_ln"] = true,
        ["adapter_residual_before_ln"] = false,
        ["phm_layer"] = false,
    };

    /// <summary>Whether a configuration is one of the library's.</summary>
    public static bool Recognizes(JsonFields fields)
    {
        return fields.IsSection("config") && fields.Section("config")!.Has("mh_adapter");
    }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="AdapterException">A setting is not computed here.</exception>
    public static (BottleneckSpec Options, JsonObject Original) Read(string path, int hiddenSize)
    {
        var (fields, original) = PeftFolder.ReadConfiguration(path);
        fields.Require("hidden_size", fields.Int("hidden_size", hiddenSize) == hiddenSize, $"the base's width, {hiddenSize}");
        var config = fields.RequiredSection("config");
        foreach (var (name, computed) in Fixed)
        {
            config.Require(name, config.Flag(name, computed) == computed, computed ? "true" : "false");
        }

        config.Require("inv_adapter", !config.Has("inv_adapter"), "null");
        config.Require("leave_out", config.Count("leave_out") == 0, "an adapter in every block");
        config.Require("reduction_factor", config.Double("reduction_factor") % 1 == 0, "one whole number");
        config.Require("non_linearity", config.Text("non_linearity") is "relu" or "gelu" or "swish", "relu, gelu and swish");
        var parallel = config.Flag("is_parallel");
        var learned = config.IsText("scaling");
        config.Require("scaling", !learned || config.Text("scaling") == "learned", "a number or \"learned\"");
        var options = new BottleneckSpec
        {
            Placement = parallel ? "parallel" : config.Flag("original_ln_before") ? "pfeiffer" : "houlsby",
            Attention = config.Flag("mh_adapter"),
            ReductionFactor = config.Size("reduction_factor"),
            Activation = config.RequiredText("non_linearity"),
            Initialization = config.Text("init_weights") == "bert" ? "normal" : "identity",
            LearnedScaling = learned,
            Scaling = learned ? 1 : config.Double("scaling", 1),
        };
        return (options, original);
    }

    /// <summary>The adapter's name, which is part of its tensors' names.</summary>
    public static string NameOf(JsonObject? original)
    {
        return original?["name"]?.GetValue<string>() ?? UsualName;
    }

    /// <summary>The configuration of adapters on a model: the one that they were loaded with, if they were.</summary>
    public static JsonObject Write(BottleneckSpec options, IFrozenModel model, string? baseModel, JsonObject? original)
    {
        var json = original?.DeepClone().AsObject() ?? New(options, model);
        if (baseModel is not null)
        {
            json["model_name"] = baseModel;
        }

        return json;
    }

    private static JsonObject New(BottleneckSpec options, IFrozenModel model)
    {
        var parallel = options.Placement == "parallel";
        return new JsonObject
        {
            ["name"] = UsualName,
            ["model_name"] = null,
            ["model_type"] = model.Configuration["model_type"]?.DeepClone(),
            ["model_class"] = model.Architecture,
            ["hidden_size"] = model.Shape.HiddenSize,
            ["version"] = "adapters.1.2.0",
            ["config"] = new JsonObject
            {
                ["architecture"] = null,
                ["mh_adapter"] = options.Attention,
                ["output_adapter"] = true,
                ["reduction_factor"] = options.ReductionFactor,
                ["non_linearity"] = options.Activation,
                ["original_ln_before"] = options.Placement == "pfeiffer",
                ["original_ln_after"] = true,
                ["ln_before"] = false,
                ["ln_after"] = false,
                ["init_weights"] = options.Initialization == "normal" ? "bert" : "mam_adapter",
                ["is_parallel"] = parallel,
                ["scaling"] = options.LearnedScaling ? "learned" : PeftConfiguration.Number(options.Scaling!.Value.Value),
                ["use_gating"] = false,
                ["residual_before_ln"] = true,
                ["adapter_residual_before_ln"] = false,
                ["inv_adapter"] = null,
                ["inv_adapter_reduction_factor"] = null,
                ["cross_adapter"] = false,
                ["leave_out"] = new JsonArray(),
                ["dropout"] = 0.0,
                ["phm_layer"] = false,
            },
        };
    }
}
