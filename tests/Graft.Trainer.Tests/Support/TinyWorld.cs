using Graft.Data.Tokenization;
using Graft.Models;
using TorchSharp;
using Graft.Models.Weights;

namespace Graft.Trainer.Tests.Support;

/// <summary>
/// A folder with a random LLaMA of two layers, a tokenizer learnt from its data, and a data set small enough to learn in seconds:
/// the sound that an animal makes.
/// </summary>
internal sealed class TinyWorld : IDisposable
{
    public const int VocabularySize = 320;

    private static readonly (string Animal, string Sound)[] Sounds =
    [
        ("dog", "woof"), ("cat", "meow"), ("cow", "moo"), ("duck", "quack"),
        ("sheep", "baa"), ("frog", "croak"), ("bee", "buzz"), ("owl", "hoot"),
    ];

    private static readonly string[] Manners = ["a small", "a big", "an old", "a young", "a brown", "a white", "a quiet", "a happy"];

    public TinyWorld()
    {
        Directory.CreateDirectory(Model);
        Directory.CreateDirectory(Data);
        WriteData();
        WriteModel();
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("graft-trainer-").FullName;

    public string Model => Path.Combine(Root, "model");

    public string Data => Path.Combine(Root, "data");

    public string Folder(string name) => Path.Combine(Root, name);

    /// <summary>The frozen model, in memory of its own.</summary>
    public ICausalLanguageModel LoadModel(torch.ScalarType type = torch.ScalarType.Float32) => CausalLanguageModels.Load(Model, type);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void WriteData()
    {
        var lines = from manner in Manners
                    from sound in Sounds
                    let who = $"{manner} {sound.Animal}"
                    select $$"""{"id":"{{who}}","instruction":"What does {{who}} say?","output":"{{sound.Sound}}"}""";
        string[] all = [.. lines];
        File.WriteAllLines(Path.Combine(Data, "train.jsonl"), all[..48]);
        File.WriteAllLines(Path.Combine(Data, "heldout.jsonl"), all[48..]);
    }

    private void WriteModel()
    {
        var trainer = new BytePairTrainer(BytePairVocabulary.PreTokenizer);
        foreach (var line in File.ReadLines(Path.Combine(Data, "train.jsonl")))
        {
            trainer.Add(line);
        }

        trainer.Train(VocabularySize, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]).Save(Model, maxLength: 256);
        File.WriteAllText(Path.Combine(Model, "config.json"), $$"""
            {
              "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "vocab_size": {{VocabularySize}},
              "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
              "max_position_embeddings": 256, "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": false,
              "initializer_range": 0.08, "bos_token_id": 0, "eos_token_id": 0
            }
            """);
        using var model = CausalLanguageModels.Initialize(Model, seed: 7);
        TensorFiles.Save(Path.Combine(Model, Checkpoint.SingleFile), model.Parameters);
    }
}
