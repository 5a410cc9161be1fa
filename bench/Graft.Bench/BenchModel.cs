using System.Text.Json;

namespace Graft.Bench;

/// <summary>A folder with the config.json of the benchmark's model: the shapes of peers/peer_lora.py.</summary>
internal sealed class BenchModel : IDisposable
{
    public BenchModel()
    {
        File.WriteAllText(System.IO.Path.Combine(Path, "config.json"), JsonSerializer.Serialize(new
        {
            model_type = "llama",
            vocab_size = 32000,
            hidden_size = 512,
            intermediate_size = 1376,
            num_hidden_layers = 8,
            num_attention_heads = 8,
            num_key_value_heads = 8,
            max_position_embeddings = 2048,
        }));
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("graft-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
