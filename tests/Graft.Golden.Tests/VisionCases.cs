using Graft.Adapters;
using Graft.Adapters.Full;
using Graft.Models;
using Graft.Models.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Graft.Golden.Tests;

/// <summary>Cases of a vision encoder: the stream after each block, the pooled vector, gradients of all weights.</summary>
internal static class VisionCases
{
    public static void Check(GoldenCase golden)
    {
        using var encoder = VisionEncoders.Load(golden.PathOf("model"));
        var batch = ImageBatch.Of(golden.Input("pixel_values"));
        using (no_grad())
        {
            for (var layers = 0; layers <= encoder.Shape.Layers; layers++)
            {
                Compare.Close(
                    golden.Output("hidden_states")[layers], encoder.Hidden(batch, layers), Compare.Outputs, $"after {layers} blocks");
            }

            var last = encoder.Hidden(batch);
            Compare.Close(golden.Output("last_hidden_state"), last, Compare.Outputs, "the last state");
            Compare.Close(golden.Output("pooler_output"), encoder.Pooled(last), Compare.Outputs, "the pooled vector");
        }

        using var everything = new FullMethod().Attach(encoder, seed: 0);
        var hooks = everything.Hooks;
        var patches = encoder.Hidden(batch, encoder.Shape.Layers - 1, hooks);
        var pooled = encoder.Pooled(encoder.Hidden(ImageBatch.OfStream(patches, encoder.Shape.Layers - 1), hooks: hooks), hooks);
        var weighted = patches.narrow(1, encoder.LeadingTokens, patches.shape[1] - encoder.LeadingTokens) * golden.Input("w");
        var loss = weighted.mean() + pooled.square().mean();
        Compare.Close(golden.Output("loss").ToDouble(), loss.ToDouble(), Compare.Loss, "loss");
        loss.backward();
        var byName = everything.Trainable.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        foreach (var (name, expected) in golden.Tensors("grads.safetensors"))
        {
            Compare.Close(expected, byName[name].grad!, Compare.GradientTolerance(expected), $"gradient of {name}");
        }
    }
}
