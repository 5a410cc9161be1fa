using Graft.Adapters.Full;
using Graft.Adapters.Lora;
using Graft.Adapters.Peft;
using Graft.Adapters.Targets;
using Graft.Api.Planning;
using Graft.Models;

namespace Graft.Adapters;

/// <summary>The methods Graft knows: from a run plan, and from a published folder. A new method is one line in each switch.</summary>
public static class AdapterMethods
{
    /// <summary>The method a run plan asks for.</summary>
    public static IAdapterMethod FromPlan(PlanMethod method) => method switch
    {
        { Lora: { } lora } => new LoraMethod(Options(lora)),
        { Full: not null } => new FullMethod(),
        _ => throw new AdapterException("the run plan names no method that this trainer knows (known: lora, full)"),
    };

    /// <summary>Loads an adapter folder onto the model it was trained for.</summary>
    /// <exception cref="AdapterException">The folder is damaged, of an unknown kind, or does not fit the model.</exception>
    public static IAdapter Load(string folder, ICausalLanguageModel model)
    {
        var path = Path.Combine(folder, PeftFolder.ConfigurationFile);
        return PeftFolder.ReadConfiguration(path).Fields.Text("peft_type") switch
        {
            "LORA" => LoraAdapter.Load(folder, model),
            var other => throw new AdapterException($"{path}: peft_type = {other ?? "(missing)"} is not supported; Graft loads LORA"),
        };
    }

    private static LoraOptions Options(PlanLora plan) => new()
    {
        Rank = plan.Rank,
        Alpha = plan.Alpha,
        Dropout = plan.Dropout,
        RsLora = plan.RsLora,
        Dora = plan.Dora,
        Initialization = plan.Initialization switch
        {
            "default" => LoraInitialization.Default,
            "gaussian" => LoraInitialization.Gaussian,
            "pissa" => LoraInitialization.Pissa,
            "olora" => LoraInitialization.Olora,
            var other => throw new AdapterException($"LoRA's initialization '{other}' is unknown (default, gaussian, pissa, olora)"),
        },
        Targets = Targets(plan),
    };

    private static TargetSelection Targets(PlanLora plan)
    {
        var everything = plan.TargetModules is ["all-linear"];
        return new TargetSelection
        {
            Pattern = plan.TargetPattern,
            AllLinear = everything,
            Names = everything || plan.TargetModules is not { Count: > 0 } ? null : plan.TargetModules,
            Exclude = plan.ExcludeModules ?? [],
        };
    }
}
