using System.Text.Json.Nodes;
using Graft.Adapters;
using Graft.Adapters.Lora;
using Graft.Adapters.Peft;
using Graft.Models;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Weights;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>Cases of the LoRA family, against Hugging Face PEFT.</summary>
internal static class LoraCases
{
    private const double SignFree = 2e-5;

    public static void Check(GoldenCase golden)
    {
        using var model = CausalLanguageModels.Load(golden.PathOf("model"));
        FreshAdapter(golden, model);
        RoundTrip(golden, model, "adapter_init");
        RoundTrip(golden, model, "adapter_trained");
        using (var adapter = LoraAdapter.Load(golden.PathOf("adapter_init"), model))
        {
            if (golden.Has("merged_layer0.safetensors"))
            {
                Merged(golden, model, adapter, "merged_layer0.safetensors");
            }

            TrainingCheck.Of(golden, model, adapter).Run();
            AsTrained(golden, model, adapter.Hooks, "trained here");
        }

        using var trained = LoraAdapter.Load(golden.PathOf("adapter_trained"), model);
        AsTrained(golden, model, trained.Hooks, "adapter_trained");
        if (golden.Has("merged_trained_layer0.safetensors"))
        {
            Merged(golden, model, trained, "merged_trained_layer0.safetensors");
        }
    }

    /// <summary>PiSSA and OLoRA: as <see cref="Check"/>, and what the decomposition must give, free of its signs.</summary>
    public static void CheckDecomposed(GoldenCase golden)
    {
        Check(golden);
        using var model = CausalLanguageModels.Load(golden.PathOf("model"));
        using var noGradient = no_grad();
        var (options, _) = PeftLora(golden.PathOf("adapter_init"));
        using var fresh = new LoraMethod(options).Attach(model, seed: 1);
        Residual(golden, model, fresh);
        Converted(golden, model);
    }

    // A new adapter by the case's configuration leaves the model as it is, and has the tensors PEFT's has.
    private static void FreshAdapter(GoldenCase golden, ICausalLanguageModel model)
    {
        using var noGradient = no_grad();
        var (options, _) = PeftLora(golden.PathOf("adapter_init"));
        using var adapter = new LoraMethod(options).Attach(model, seed: 1);
        Compare.SameNames(golden.Tensors("trainable.safetensors").Keys, adapter.Trainable.Select(p => p.Name), "trainable tensors");
        foreach (var parameter in adapter.Trainable)
        {
            Assert.Equal(golden.Tensors("trainable.safetensors")[parameter.Name].shape, parameter.Value.shape);
        }

        var batch = TokenBatch.Of(golden.Input("input_ids"));
        Compare.Close(
            model.Logits(model.Hidden(batch)), model.Logits(model.Hidden(batch, adapter.Hooks), adapter.Hooks), 0, "logits at step 0");
    }

    private static void RoundTrip(GoldenCase golden, ICausalLanguageModel model, string folder)
    {
        using var adapter = LoraAdapter.Load(golden.PathOf(folder), model);
        var saved = Directory.CreateTempSubdirectory("graft-golden-");
        try
        {
            adapter.SaveUnconverted(saved.FullName);
            SameConfiguration(golden.PathOf(folder), saved.FullName);
            SameTensors(golden.PathOf(folder), saved.FullName);
        }
        finally
        {
            saved.Delete(recursive: true);
        }
    }

    private static void Merged(GoldenCase golden, ICausalLanguageModel model, LoraAdapter adapter, string file)
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

    private static void AsTrained(GoldenCase golden, ICausalLanguageModel model, ModelHooks hooks, string what)
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

    private static void Residual(GoldenCase golden, ICausalLanguageModel model, IAdapter fresh)
    {
        var stored = golden.Tensors("trainable.safetensors");
        foreach (var (module, scale) in golden.Description["scaling"]!.AsObject())
        {
            var s = scale!.GetValue<double>();
            var (a, b) = Factors(fresh.State, module);
            var (storedA, storedB) = Factors(stored, module);
            Compare.Close(mm(storedB, storedA), mm(b, a), golden.Tolerance("product_B_A", SignFree), $"{module}: B A");
            var tolerance = golden.Tolerance("abs_A_abs_B_of_own_decomposition", 1e-4);
            Compare.Close(storedA.abs(), a.abs(), tolerance, $"{module}: |A|");
            Compare.Close(storedB.abs(), b.abs(), tolerance, $"{module}: |B|");
            var name = $"{module}.weight";
            Compare.Close(
                golden.Tensors("residual.safetensors")[name],
                model.Parameters[name] - (mm(b, a) * s),
                golden.Tolerance("residual", SignFree),
                $"{module}: residual");
        }
    }

    // What is published for the original base: a plain LoRA of twice the rank.
    private static void Converted(GoldenCase golden, ICausalLanguageModel model)
    {
        using var trained = LoraAdapter.Load(golden.PathOf("adapter_trained"), model);
        var folder = Directory.CreateTempSubdirectory("graft-golden-");
        try
        {
            trained.Save(folder.FullName);
            SameConfiguration(golden.PathOf("adapter_converted"), folder.FullName);
            var expected = TensorFiles.Load(Path.Combine(golden.PathOf("adapter_converted"), PeftFolder.WeightsFile));
            var actual = TensorFiles.Load(Path.Combine(folder.FullName, PeftFolder.WeightsFile));
            Compare.SameNames(expected.Keys, actual.Keys, "converted tensors");
            foreach (var (module, _) in golden.Description["scaling"]!.AsObject())
            {
                var (a, b) = Factors(actual, module);
                var (expectedA, expectedB) = Factors(expected, module);
                Compare.Close(mm(expectedB, expectedA), mm(b, a), golden.Tolerance("product_B_A", SignFree), $"{module}: converted B A");
            }

            foreach (var converted in new[] { folder.FullName, golden.PathOf("adapter_converted") })
            {
                using var plain = LoraAdapter.Load(converted, model);
                AsTrained(golden, model, plain.Hooks, $"converted ({Path.GetFileName(converted)})");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (Tensor A, Tensor B) Factors(IReadOnlyDictionary<string, Tensor> tensors, string module) =>
        (tensors[$"base_model.model.{module}.lora_A.weight"], tensors[$"base_model.model.{module}.lora_B.weight"]);

    private static (LoraOptions Options, JsonObject Json) PeftLora(string folder) =>
        PeftLoraConfiguration.Read(Path.Combine(folder, PeftFolder.ConfigurationFile));

    private static void SameConfiguration(string expectedFolder, string actualFolder)
    {
        var expected = PeftFolder.ReadConfiguration(Path.Combine(expectedFolder, PeftFolder.ConfigurationFile)).Original;
        var actual = PeftFolder.ReadConfiguration(Path.Combine(actualFolder, PeftFolder.ConfigurationFile)).Original;
        Compare.SameNames(expected.Select(item => item.Key), actual.Select(item => item.Key), "keys of adapter_config.json");
        foreach (var (key, value) in expected)
        {
            // target_modules is a set that PEFT writes in no particular order.
            var same = key == "target_modules" && value is JsonArray names
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
}
