using Graft.Adapters;
using Graft.Adapters.PrefixTuning;
using Graft.Adapters.PromptTuning;
using Graft.Api.Methods;
using Graft.Models;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>What stands in front of the input, against Hugging Face PEFT.</summary>
internal static class PromptCases
{
    public static void CheckPromptTuning(GoldenCase golden)
    {
        var config = golden.Description["peft_config"]!;
        Check(golden, new PromptTuningMethod(new PromptTuningSpec
        {
            VirtualTokens = config["num_virtual_tokens"]!.GetValue<int>(),
            Initialization = "random",
        }));
    }

    public static void CheckPrefixTuning(GoldenCase golden)
    {
        var config = golden.Description["peft_config"]!;
        var projects = config["prefix_projection"]?.GetValue<bool>() == true;
        Check(golden, new PrefixTuningMethod(new PrefixTuningSpec
        {
            VirtualTokens = config["num_virtual_tokens"]!.GetValue<int>(),
            Projection = projects,
            ProjectionSize = projects ? config["encoder_hidden_size"]!.GetValue<int>() : null,
        }));
    }

    private static void Check(GoldenCase golden, IAdapterMethod method)
    {
        using var model = CausalLanguageModels.Load(golden.PathOf("model"));
        AdapterCases.FreshAdapter(golden, model, method);
        foreach (var folder in new[] { "adapter_init", "adapter_trained" })
        {
            AdapterCases.RoundTrip(golden, model, folder, (adapter, target) => adapter.Save(target));
        }

        // What trains may be more than what is published: it starts from the case's parameters.
        using var adapter = method.Attach(model, seed: 1);
        adapter.Restore(golden.Tensors("trainable.safetensors"), "trainable.safetensors");
        TrainingCheck.Of(golden, model, adapter).Run();
        using var noGradient = no_grad();
        AdapterCases.SameResult(golden, model, adapter, "adapter_trained");
    }
}
