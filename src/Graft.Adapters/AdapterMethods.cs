using Graft.Adapters.Bottleneck;
using Graft.Adapters.Full;
using Graft.Adapters.Ia3;
using Graft.Adapters.Lora;
using Graft.Adapters.Peft;
using Graft.Adapters.PrefixTuning;
using Graft.Adapters.PromptTuning;
using Graft.Api.Methods;
using Graft.Models;

namespace Graft.Adapters;

/// <summary>The methods Graft knows: from a plan, and from a published folder. A new method is one line in the list.</summary>
public static class AdapterMethods
{
    /// <summary>All methods.</summary>
    public static IReadOnlyList<MethodRegistration> All { get; } =
    [
        MethodRegistration.Of<LoraSpec>(spec => new LoraMethod(LoraOptions.Of(spec))).WithPeftFiles("LORA", LoraAdapter.Load),
        MethodRegistration.Of<Ia3Spec>(spec => new Ia3Method(spec)).WithPeftFiles("IA3", Ia3Adapter.Load),
        MethodRegistration.Of<BottleneckSpec>(spec => new BottleneckMethod(spec)) with
        {
            FileForm = "AdapterHub's bottleneck adapters", Recognizes = BottleneckConfiguration.Recognizes, Load = BottleneckAdapter.Load,
        },
        MethodRegistration.Of<PromptTuningSpec>(spec => new PromptTuningMethod(spec))
            .WithPeftFiles("PROMPT_TUNING", PromptTuningAdapter.Load) with { NeedsLanguageModel = true },
        MethodRegistration.Of<PrefixTuningSpec>(spec => new PrefixTuningMethod(spec))
            .WithPeftFiles("PREFIX_TUNING", PrefixTuningAdapter.Load),
        MethodRegistration.Of<FullSpec>(_ => new FullMethod()),
    ];

    /// <summary>The method a plan asks for.</summary>
    /// <exception cref="AdapterException">No method has such settings, or they are not what they must be.</exception>
    public static IAdapterMethod Of(MethodSpec method)
    {
        var spec = method.Selected;
        var registered = All.FirstOrDefault(known => known.Spec == spec.GetType())
            ?? throw new AdapterException($"this trainer does not know the method {method.SelectedName}");
        return registered.Make(spec);
    }

    /// <summary>Loads an adapter folder onto the model it was trained for.</summary>
    /// <exception cref="AdapterException">The folder is damaged, of an unknown kind, or does not fit the model.</exception>
    public static IAdapter Load(string folder, IFrozenModel model)
    {
        var path = Path.Combine(folder, PeftFolder.ConfigurationFile);
        var fields = PeftFolder.ReadConfiguration(path).Fields;
        var load = All.FirstOrDefault(method => method.Recognizes(fields))?.Load
            ?? throw new AdapterException(
                $"{path}: peft_type = {fields.Text("peft_type") ?? "(missing)"} is not supported; Graft loads "
                + string.Join(", ", All.Select(method => method.FileForm).OfType<string>()));
        return load(folder, model);
    }
}
