using System.Text.Json.Nodes;
using Graft.Adapters;
using Graft.Adapters.Lora;
using Graft.Adapters.Peft;
using Graft.Models;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>Cases of the LoRA family, against Hugging Face PEFT.</summary>
internal static class LoraCases
{
    private const double SignFree = 2e-5;

    public static void Check(GoldenCase golden)
    {
        // As they are: a decomposed adapter is published converted, which is checked apart.
        AdapterCases.Check(
            golden,
            new LoraMethod(PeftLora(golden.PathOf("adapter_init")).Options),
            (adapter, folder) => ((LoraAdapter)adapter).SaveUnconverted(folder));
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
            AdapterCases.SameConfiguration(golden.PathOf("adapter_converted"), folder.FullName);
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
                AdapterCases.AsTrained(golden, model, plain.Hooks, $"converted ({Path.GetFileName(converted)})");
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

}
