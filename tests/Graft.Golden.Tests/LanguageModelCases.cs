using Graft.Models;
using Graft.Models.Decoder;
using Graft.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>Cases of a language model without adapter: outputs, hidden states, padding, generation, gradients, training of all weights.</summary>
internal static class LanguageModelCases
{
    public static void Check(GoldenCase golden)
    {
        using var model = CausalLanguageModels.Load(golden.PathOf("model"));
        using (no_grad())
        {
            var hidden = model.Hidden(TokenBatch.Of(golden.Input("input_ids")));
            Compare.Close(
                golden.Output("logits"), model.Logits(hidden), Compare.Outputs, "logits", golden.Input("attention_mask"));
            var loss = NextTokenLoss.Of(model, hidden, golden.Input("labels"));
            Compare.Close(golden.Output("loss").ToDouble(), loss.Sum.ToDouble() / loss.Count, Compare.Loss, "loss");
        }
    }
}
