using System.Text.Json.Nodes;
using Graft.Models;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Training;
using Graft.Models.Vision;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests.Conformance;

/// <summary>A frozen model of a few thousand weights of any kind and family, with one batch and something to learn from it.</summary>
internal sealed class TinyFamily : IDisposable
{
    private static readonly Dictionary<string, string> Configurations = new()
    {
        ["llama"] = """
            {
              "model_type": "llama", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
              "num_key_value_heads": 2, "vocab_size": 61, "attention_bias": true, "tie_word_embeddings": false, "initializer_range": 0.2
            }
            """,
        ["gpt2"] = """
            {
              "model_type": "gpt2", "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "vocab_size": 61, "initializer_range": 0.2
            }
            """,
        ["clip"] = """
            {
              "model_type": "clip_vision_model", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
              "num_attention_heads": 4, "image_size": 16, "patch_size": 8, "initializer_range": 0.2
            }
            """,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("graft-conformance-").FullName;

    public TinyFamily(string family, ScalarType type = ScalarType.Float32)
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), JsonNode.Parse(Configurations[family])!.ToJsonString());
        Model = IsEncoder(family)
            ? VisionEncoders.Initialize(_folder, seed: 5, type)
            : CausalLanguageModels.Initialize(_folder, seed: 5, type);
    }

    /// <summary>The families; a new one is one more configuration.</summary>
    public static IEnumerable<string> Names => Configurations.Keys;

    public IFrozenModel Model { get; }

    public static bool IsEncoder(string family)
    {
        return family == "clip";
    }

    public static float Difference(Tensor a, Tensor b)
    {
        using var noGradient = no_grad();
        return (a.to(ScalarType.Float32) - b.to(ScalarType.Float32)).abs().max().item<float>();
    }

    public string NewFolder()
    {
        return Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("n"))).FullName;
    }

    public Dictionary<string, Tensor> Parameters()
    {
        return Model.Parameters.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.detach().clone());
    }

    /// <summary>A language model's logits, an encoder's last state.</summary>
    public Tensor Output(ModelHooks? hooks = null)
    {
        using var noGradient = no_grad();
        return Model switch
        {
            ICausalLanguageModel decoder => decoder.Logits(decoder.Hidden(Tokens(), hooks), hooks).to(ScalarType.Float32),
            IVisionEncoder encoder => encoder.Hidden(Pictures(), hooks: hooks).to(ScalarType.Float32),
            _ => throw new NotSupportedException(),
        };
    }

    /// <summary>Some steps of AdamW on the one batch.</summary>
    /// <returns>The loss before the first step and after the last.</returns>
    public (float First, float Last) Train(IAdapter adapter, int steps)
    {
        using var optimizer = optim.AdamW(adapter.Trainable.Select(parameter => parameter.Value), 0.05);
        var first = Loss(adapter.Hooks).item<float>();
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            Loss(adapter.TrainingHooks).backward();
            optimizer.step();
        }

        return (first, Loss(adapter.Hooks).item<float>());
    }

    public void Dispose()
    {
        Model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static TokenBatch Tokens()
    {
        return TokenBatch.Of(tensor([5L, 6, 7, 8, 9, 3, 4, 2]).view(2, 4));
    }

    private static ImageBatch Pictures()
    {
        using var generator = new Generator(3, CPU);
        return ImageBatch.Of(randn([2, 3, 16, 16], generator: generator));
    }

    // The next token for a language model; for an encoder, that its pictures become alike.
    private Tensor Loss(ModelHooks hooks)
    {
        switch (Model)
        {
            case ICausalLanguageModel decoder:
                var loss = NextTokenLoss.Of(decoder, decoder.Hidden(Tokens(), hooks), Tokens().InputIds!, hooks);
                return loss.Sum / loss.Count;
            case IVisionEncoder encoder:
                var hidden = encoder.Hidden(Pictures(), hooks: hooks).to(ScalarType.Float32);
                return (hidden[0] - hidden[1]).square().mean();
            default:
                throw new NotSupportedException();
        }
    }
}
