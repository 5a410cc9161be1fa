using System.Text.Json.Nodes;
using Graft.Models;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Training;
using static TorchSharp.torch;

namespace Graft.Adapters.Tests;

/// <summary>A frozen LLaMA of a few thousand weights, and a batch for it.</summary>
internal sealed class TinyLlama : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("graft-tiny-").FullName;

    public TinyLlama(bool tied = false, ScalarType type = ScalarType.Float32)
    {
        var configuration = new JsonObject
        {
            ["model_type"] = "llama",
            ["hidden_size"] = 32,
            ["intermediate_size"] = 48,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
            ["vocab_size"] = 61,
            ["attention_bias"] = true,
            ["tie_word_embeddings"] = tied,
            ["initializer_range"] = 0.2,
        };
        File.WriteAllText(Path.Combine(_folder, "config.json"), configuration.ToJsonString());
        Model = CausalLanguageModels.Initialize(_folder, seed: 5, type);
    }

    public ICausalLanguageModel Model { get; }

    /// <summary>A new, empty folder that goes with the model.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("n"))).FullName;

    public static TokenBatch Batch() => TokenBatch.Of(tensor([5L, 6, 7, 8, 9, 3, 4, 2]).view(2, 4));

    public Tensor Logits(ModelHooks? hooks = null)
    {
        using var noGradient = no_grad();
        return Model.Logits(Model.Hidden(Batch(), hooks), hooks).to(ScalarType.Float32);
    }

    public Tensor Loss(ModelHooks hooks)
    {
        var loss = NextTokenLoss.Of(Model, Model.Hidden(Batch(), hooks), Batch().InputIds!, hooks);
        return loss.Sum / loss.Count;
    }

    /// <summary>The share of the batch's next tokens that are the likeliest.</summary>
    public double Accuracy(ModelHooks hooks)
    {
        using var noGradient = no_grad();
        var loss = NextTokenLoss.Of(Model, Model.Hidden(Batch(), hooks), Batch().InputIds!, hooks);
        return loss.Correct.item<long>() / (double)loss.Count;
    }

    /// <summary>Some steps of AdamW on the one batch.</summary>
    public float Train(IAdapter adapter, int steps, double learningRate = 0.02)
    {
        using var optimizer = optim.AdamW(adapter.Trainable.Select(p => p.Value), learningRate);
        var last = 0f;
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = Loss(adapter.TrainingHooks);
            loss.backward();
            optimizer.step();
            last = loss.item<float>();
        }

        return last;
    }

    public static float Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    public void Dispose()
    {
        Model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
