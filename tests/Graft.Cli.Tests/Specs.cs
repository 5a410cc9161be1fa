using Graft.Tests;

namespace Graft.Cli.Tests;

/// <summary>A small set of specs as a person would write it.</summary>
internal static class Specs
{
    /// <summary>A LoRA run on the model and the records in the folders <c>model</c> and <c>data</c> beside the file.</summary>
    public const string Run = """
        apiVersion: graft.dev/v1alpha1
        kind: BaseModel
        metadata:
          name: small
        spec:
          source:
            path: model
        ---
        apiVersion: graft.dev/v1alpha1
        kind: TrainingDataset
        metadata:
          name: kinds
        spec:
          source:
            path: data
          evaluationFile: heldout.jsonl
        ---
        apiVersion: graft.dev/v1alpha1
        kind: AdapterTrainingRun
        metadata:
          name: try
        spec:
          baseModelRef:
            name: small
          method:
            lora:
              rank: 4
          data:
            datasetRef:
              name: kinds
          training:
            maxSteps: 12
            batchSize: 4
            learningRate: "1e-3"
          checkpoint:
            everySteps: 4

        """;

    /// <summary>Writes the specs with small inputs; enough for a plan, not for a training.</summary>
    public static string WriteWithInputs(TemporaryFolder folder)
    {
        folder.Write("model/config.json", """{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "max_position_embeddings": 512}""");
        // A file of no tensors: the length of its header, and the header.
        folder.Write("model/model.safetensors", "\u0002\0\0\0\0\0\0\0{}");
        folder.Write("data/train.jsonl", """{"instruction": "Say yes.", "output": "yes"}""" + "\n");
        folder.Write("data/heldout.jsonl", """{"instruction": "Say yes.", "output": "yes"}""" + "\n");
        return folder.Write("run.yaml", Run);
    }

    /// <summary>
    /// Writes <see cref="Run"/> as <c>run.yaml</c>, for 40 steps on all linear layers of the built-in model, and a few of the built-in
    /// records as <c>data</c>.
    /// </summary>
    /// <param name="folder">Where to.</param>
    /// <param name="setting">A setting of the run.</param>
    /// <param name="replacement">What stands in its place.</param>
    public static void WriteBuiltin(TemporaryFolder folder, string setting, string replacement)
    {
        foreach (var (file, count) in new[] { ("train.jsonl", 64), ("heldout.jsonl", 8) })
        {
            var records = File.ReadLines(Path.Combine(Repository.Root, "examples", "builtin", "wordnet-kinds", file)).Take(count);
            folder.Write($"data/{file}", string.Join('\n', records) + "\n");
        }

        folder.Write("run.yaml", Run
            .Replace("path: model", "builtin: {name: tiny-wordnet}", StringComparison.Ordinal)
            .Replace("rank: 4", "targetModules: [all-linear]", StringComparison.Ordinal)
            .Replace("maxSteps: 12", "maxSteps: 40", StringComparison.Ordinal)
            .Replace(setting, replacement, StringComparison.Ordinal));
    }
}
