using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Graft.Models.Tests;

/// <summary>Models of a few thousand weights, drawn from a seed, in a temporary folder.</summary>
internal sealed class TinyModel : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("graft-tiny-").FullName;

    public string Folder => _folder;

    public static JsonObject Llama() => new()
    {
        ["model_type"] = "llama",
        ["hidden_size"] = 32,
        ["intermediate_size"] = 48,
        ["num_hidden_layers"] = 3,
        ["num_attention_heads"] = 4,
        ["num_key_value_heads"] = 2,
        ["vocab_size"] = 61,
        ["max_position_embeddings"] = 64,
        ["initializer_range"] = 0.3,
    };

    public static JsonObject Gpt2() => new()
    {
        ["model_type"] = "gpt2",
        ["n_embd"] = 32,
        ["n_layer"] = 2,
        ["n_head"] = 4,
        ["n_positions"] = 64,
        ["vocab_size"] = 61,
        ["initializer_range"] = 0.3,
    };

    public static JsonObject ClipVision() => new()
    {
        ["model_type"] = "clip_vision_model",
        ["hidden_size"] = 32,
        ["intermediate_size"] = 48,
        ["num_hidden_layers"] = 3,
        ["num_attention_heads"] = 4,
        ["image_size"] = 16,
        ["patch_size"] = 8,
        ["initializer_range"] = 0.3,
    };

    public void Write(JsonObject configuration) => File.WriteAllText(Path.Combine(_folder, "config.json"), configuration.ToJsonString());

    public ICausalLanguageModel Initialize(JsonObject configuration, ulong seed = 7, ScalarType? type = null)
    {
        Write(configuration);
        return CausalLanguageModels.Initialize(_folder, seed, type);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static float LargestDifference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();
}
