using System.Text.Json.Nodes;
using Graft.Adapters;
using Graft.Adapters.Peft;
using Graft.Models;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Weights;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>Cases of methods that Hugging Face PEFT has: the start, the pass, gradients, training, merging and files.</summary>
internal static class AdapterCases
{
    /// <summary>Checks a case of any method that PEFT has.</summary>
    /// <param name="golden">The case.</param>
    /// <param name="method">The method with the case's settings.</param>
    /// <param name="save">Writes an adapter as PEFT had it.</param>
    public static void Check(GoldenCase golden, IAdapterMethod method, Action<IAdapter, string> save)
    {
        using var model = CausalLanguageModels.Load(golden.PathOf("model"));
        FreshAdapter(golden, model, method);
        RoundTrip(golden, model, "adapter_init", save);
        RoundTrip(golden, model, "adapter_trained", save);
        using (var adapter = AdapterMethods.Load(golden.PathOf("adapter_init"), model))
        {
            if (golden.Has("merged_layer0.safetensors"))
            {
                Merged(golden, model, adapter, "merged_layer0.safetensors");
            }

            TrainingCheck.Of(golden, model, adapter).Run();
            AsTrained(golden, model, adapter.Hooks, "trained here");
        }

        using var trained = AdapterMethods.Load(golden.PathOf("adapter_trained"), model);
        AsTrained(golden, model, trained.Hooks, "adapter_trained");
        if (golden.Has("merged_trained_layer0.safetensors"))
        {
            Merged(golden, model, trained, "merged_trained_layer0.safetensors");
        }
    }

    /// <summary>The logits after training, where the case has them.</summary>
    public static void AsTrained(GoldenCase golden, ICausalLanguageModel model, ModelHooks hooks, string what)
    {
        if (!golden.HasOutput("logits_trained"))
        {
            return;
        }

        using var noGradient = no_grad();
        var hidden = model.Hidden(TokenBatch.Of(golden.Input("input_ids")), hooks);
        Compare.Close(
            golden.Output("logits_trained"), model.Logits(hidden, hooks), Compare.Trained, $"logits, {what}",
            golden.Input("attention_mask"));
    }

    /// <summary>Both folders' adapter_config.json say the same; sets may be in any order.</summary>
    public static void SameConfiguration(string expectedFolder, string actualFolder)
    {
        var expected = PeftFolder.ReadConfiguration(Path.Combine(expectedFolder, PeftFolder.ConfigurationFile)).Original;
        var actual = PeftFolder.ReadConfiguration(Path.Combine(actualFolder, PeftFolder.ConfigurationFile)).Original;
        Compare.SameNames(expected.Select(item => item.Key), actual.Select(item => item.Key), "keys of adapter_config.json");
        foreach (var (key, value) in expected)
        {
            // These are sets, which PEFT writes in no particular order.
            var same = key is "target_modules" or "feedforward_modules" && value is JsonArray names
                ? names.Select(name => name!.ToString()).Order().SequenceEqual(
                    actual[key]!.AsArray().Select(name => name!.ToString()).Order())
                : JsonNode.DeepEquals(value, actual[key]);
            Assert.True(same, $"adapter_config.json: {key} = {actual[key]?.ToJsonString()}, expected {value?.ToJsonString()}");
        }
    }

    private static void SameTensors(string expectedFolder, string actualFolder)
    {
        var expected = TensorFiles.Load(Path.Combine(expectedFolder, PeftFolder.WeightsFile));
        var actual = TensorFiles.Load(Path.Combine(actualFolder, PeftFolder.WeightsFile));
        Compare.SameNames(expected.Keys, actual.Keys, "tensors of adapter_model.safetensors");
        foreach (var (name, tensor) in expected)
        {
            Compare.Close(tensor, actual[name], 0, name);
        }
    }

    /// <summary>An adapter that was trained here computes what a folder of PEFT's does.</summary>
    public static void SameResult(GoldenCase golden, ICausalLanguageModel model, IAdapter trained, string folder)
    {
        using var loaded = AdapterMethods.Load(golden.PathOf(folder), model);
        var batch = TokenBatch.Of(golden.Input("input_ids"));
        Compare.Close(
            model.Logits(model.Hidden(batch, loaded.Hooks), loaded.Hooks),
            model.Logits(model.Hidden(batch, trained.Hooks), trained.Hooks),
            Compare.Trained,
            $"logits of {folder}",
            golden.Input("attention_mask"));
    }

    // A new adapter by the case's configuration leaves the model as it is, and has the tensors PEFT's has.
    public static void FreshAdapter(GoldenCase golden, ICausalLanguageModel model, IAdapterMethod method)
    {
        using var noGradient = no_grad();
        using var adapter = method.Attach(model, seed: 1);
        Compare.SameNames(golden.Tensors("trainable.safetensors").Keys, adapter.Trainable.Select(p => p.Name), "trainable tensors");
        Assert.True(adapter.IsUntrained, "a new adapter");
        foreach (var parameter in adapter.Trainable)
        {
            Assert.Equal(golden.Tensors("trainable.safetensors")[parameter.Name].shape, parameter.Value.shape);
        }

        if (!adapter.BeginsAsBase)
        {
            return;
        }

        var batch = TokenBatch.Of(golden.Input("input_ids"));
        Compare.Close(
            model.Logits(model.Hidden(batch)), model.Logits(model.Hidden(batch, adapter.Hooks), adapter.Hooks), 0, "logits at step 0");
    }

    public static void RoundTrip(GoldenCase golden, ICausalLanguageModel model, string folder, Action<IAdapter, string> save)
    {
        using var adapter = AdapterMethods.Load(golden.PathOf(folder), model);
        var saved = Directory.CreateTempSubdirectory("graft-golden-");
        try
        {
            save(adapter, saved.FullName);
            SameConfiguration(golden.PathOf(folder), saved.FullName);
            SameTensors(golden.PathOf(folder), saved.FullName);
        }
        finally
        {
            saved.Delete(recursive: true);
        }
    }

    private static void Merged(GoldenCase golden, ICausalLanguageModel model, IAdapter adapter, string file)
    {
        var merged = adapter.Merge();
        foreach (var (name, expected) in golden.Tensors(file))
        {
            Compare.Close(expected, merged.GetValueOrDefault(name) ?? model.Parameters[name], Compare.Outputs, $"merged {name}");
        }

        using var noGradient = no_grad();
        var batch = TokenBatch.Of(golden.Input("input_ids"));
        var mergedHooks = new ModelHooks { Weights = merged };
        Compare.Close(
            model.Logits(model.Hidden(batch, adapter.Hooks), adapter.Hooks),
            model.Logits(model.Hidden(batch, mergedHooks), mergedHooks),
            Compare.Outputs,
            "logits of the merged model");
    }
}
