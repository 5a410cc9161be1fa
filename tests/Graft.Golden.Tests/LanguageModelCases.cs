using Graft.Adapters;
using Graft.Adapters.Full;
using Graft.Models;
using Graft.Models.Decoder;
using Graft.Models.Generation;
using Graft.Models.Hooks;
using Xunit;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>
/// Cases of a language model without adapter: outputs, hidden states, padding, generation, gradients, training of its weights.
/// </summary>
internal static class LanguageModelCases
{
    public static void Check(GoldenCase golden)
    {
        using var model = CausalLanguageModels.Load(golden.PathOf("model"));
        using (no_grad())
        {
            OlderConfiguration(golden, model);
            HiddenStates(golden, model);
            LeftPadding(golden, model);
        }

        using var everything = new FullMethod().Attach(model, seed: 0);
        TrainingCheck.Of(golden, model, everything).Run();
        // Last: where a case trains its model, it generates with the trained one.
        Generation(golden, model, everything.Hooks);
    }

    // config.v4.json says the same in the keys of transformers 4.
    private static void OlderConfiguration(GoldenCase golden, ICausalLanguageModel model)
    {
        if (!golden.Has("model/config.v4.json"))
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("graft-golden-");
        try
        {
            File.Copy(golden.PathOf("model/config.v4.json"), Path.Combine(folder.FullName, "config.json"));
            File.CreateSymbolicLink(
                Path.Combine(folder.FullName, "model.safetensors"), Path.GetFullPath(golden.PathOf("model/model.safetensors")));
            using var older = CausalLanguageModels.Load(folder.FullName);
            var batch = TokenBatch.Of(golden.Input("input_ids"));
            Compare.Close(model.Logits(model.Hidden(batch)), older.Logits(older.Hidden(batch)), 0, "logits by config.v4.json");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void HiddenStates(GoldenCase golden, ICausalLanguageModel model)
    {
        if (!golden.HasOutput("hidden_states"))
        {
            return;
        }

        var expected = golden.Output("hidden_states");
        var states = new Tensor[model.Shape.Layers + 1];
        // Kept past the pass's own scope.
        var hooks = new ModelHooks { Observer = (layer, stream) => states[layer] = stream.clone().MoveToOuterDisposeScope() };
        states[^1] = model.Hidden(TokenBatch.Of(golden.Input("input_ids")), hooks);
        for (var layer = 0; layer < states.Length; layer++)
        {
            Compare.Close(expected[layer], states[layer], Compare.Outputs, $"hidden state {layer}", golden.Input("attention_mask"));
        }
    }

    private static void LeftPadding(GoldenCase golden, ICausalLanguageModel model)
    {
        if (!golden.HasOutput("left_logits"))
        {
            return;
        }

        var mask = golden.Input("left_attention_mask");
        var batch = TokenBatch.Of(golden.Input("left_input_ids")) with
        {
            PositionIds = golden.Input("left_position_ids").clamp(min: 0),
            SegmentIds = mask,
        };
        Compare.Close(golden.Output("left_logits"), model.Logits(model.Hidden(batch)), Compare.Outputs, "logits, left-padded", mask);
    }

    private static void Generation(GoldenCase golden, ICausalLanguageModel model, ModelHooks hooks)
    {
        if (!golden.Has("generate.safetensors"))
        {
            return;
        }

        var expected = Rows(golden.Tensors("generate.safetensors")["greedy"]);
        var prompts = Rows(golden.Tensors("generate.safetensors")["prompt"]);
        var options = new GenerationOptions { MaxNewTokens = expected[0].Length - prompts[0].Length };
        var generated = TokenGenerator.Generate(model, prompts, options, hooks);
        for (var row = 0; row < expected.Count; row++)
        {
            Assert.Equal(expected[row], prompts[row].Concat(generated[row]));
        }
    }

    private static List<long[]> Rows(Tensor ids) =>
        [.. Enumerable.Range(0, (int)ids.shape[0]).Select(row => ids[row].data<long>().ToArray())];
}
