using Graft.Api.Documents;

namespace Graft.Api.Tests;

/// <summary>Specs for tests: a whole run with what it names, from which tests take lines away and to which they add some.</summary>
internal static class Specs
{
    public const string Model = """
        apiVersion: graft.dev/v1alpha1
        kind: BaseModel
        metadata:
          name: tiny
        spec:
          source:
            builtin:
              name: tiny-llama
        """;

    public const string Dataset = """
        apiVersion: graft.dev/v1alpha1
        kind: TrainingDataset
        metadata:
          name: colors
        spec:
          source:
            path: data
          evaluationFile: eval.jsonl
        """;

    public const string Run = """
        apiVersion: graft.dev/v1alpha1
        kind: AdapterTrainingRun
        metadata:
          name: quickstart
        spec:
          baseModelRef:
            name: tiny
          method:
            lora:
              rank: 8
          data:
            datasetRef:
              name: colors
          training:
            maxSteps: 100
        """;

    /// <summary>What the run's document gives together with its model and data set, which are in files of their own.</summary>
    public static IReadOnlyList<string> Diagnose(string run, string model = Model, string dataset = Dataset, SpecSetOptions? options = null)
    {
        var set = SpecSet.Load(
            [new SpecFile("run.yaml", run), new SpecFile("model.yaml", model), new SpecFile("data.yaml", dataset)], options);
        return [.. set.Diagnostics.Select(diagnostic => diagnostic.ToString())];
    }

    /// <summary>The run with one text in place of another that it holds exactly once.</summary>
    public static string With(string text, string old, string @new)
    {
        return text.Split(old).Length == 2
            ? text.Replace(old, @new, StringComparison.Ordinal)
            : throw new ArgumentException($"The spec does not hold \"{old}\" exactly once.", nameof(old));
    }
}
