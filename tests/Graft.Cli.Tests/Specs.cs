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
}
