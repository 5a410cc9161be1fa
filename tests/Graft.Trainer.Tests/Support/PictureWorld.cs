using System.Text;
using Graft.Api.Planning;
using Graft.Api.Projectors;
using Graft.Artifacts;

namespace Graft.Trainer.Tests.Support;

/// <summary>
/// Beside a <see cref="TinyWorld"/>: an encoder with random weights, and pictures of one color each with what an animal says.
/// </summary>
internal sealed class PictureWorld
{
    private const int Size = 16;

    private static readonly (string Word, byte[] Color)[] Kinds =
    [
        ("woof", [200, 30, 30]), ("meow", [30, 160, 40]), ("moo", [40, 60, 200]), ("quack", [235, 235, 235]),
    ];

    private readonly TinyWorld _world;

    public PictureWorld(TinyWorld world)
    {
        _world = world;
        Directory.CreateDirectory(Encoder);
        Directory.CreateDirectory(Pictures);
        File.WriteAllText(Path.Combine(Encoder, "config.json"), $$"""
            {
              "architectures": ["CLIPVisionModel"], "model_type": "clip_vision_model", "hidden_size": 16, "intermediate_size": 32,
              "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": {{Size}}, "patch_size": 8, "initializer_range": 0.2
            }
            """);
        File.WriteAllText(Path.Combine(Encoder, "preprocessor_config.json"), """{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""");
        Write("train.jsonl", 4);
        Write("heldout.jsonl", 2);
    }

    public string Encoder => _world.Folder("encoder");

    public string Pictures => _world.Folder("pictures");

    /// <summary>A plan that trains a projector on the pictures.</summary>
    public RunPlan Plan(string output)
    {
        var plan = TinyPlan.For(_world, output);
        return plan with
        {
            Recipe = plan.Recipe with
            {
                Form = Recipe.CurrentForm,
                Kind = "ProjectionPretrain",
                Method = null,
                Parts =
                [
                    new EncoderPart
                    {
                        Name = "encoder",
                        Model = "eyes",
                        Format = "huggingFace",
                        Digest = FolderDigest.Compute(Encoder),
                        RandomInitializationSeed = 1,
                    },
                    plan.Recipe.LanguageModel,
                    new ProjectorPart
                    {
                        Name = "projector",
                        From = "encoder",
                        Into = "base",
                        Projector = new ProjectorSpec { Mlp = new MlpProjectorSpec() },
                    },
                ],
                Data = plan.Recipe.Data with { Dataset = "pictures", Digest = FolderDigest.Compute(Pictures), Format = "imageText" },
                Training = TinyPlan.Training with { MaxSteps = 60, BatchSize = 8, GradientAccumulationSteps = 1, LearningRate = 1e-2 },
                Evaluation = plan.Recipe.Evaluation with { GenerateRecords = 8 },
            },
            Execution = plan.Execution with
            {
                Inputs = new Dictionary<string, PlanInput>
                {
                    ["encoder"] = new() { Path = Encoder },
                    ["base"] = new() { Path = _world.Model },
                    [Execution.DatasetInput] = new() { Path = Pictures },
                },
                CheckpointEverySteps = 20,
            },
        };
    }

    private void Write(string file, int each)
    {
        var random = new Random(each);
        var lines = new List<string>();
        foreach (var (word, color) in Kinds)
        {
            for (var i = 0; i < each; i++)
            {
                var name = $"{Path.GetFileNameWithoutExtension(file)}-{word}-{i}.ppm";
                var pixels = Enumerable.Range(0, Size * Size * 3)
                    .Select(at => (byte)Math.Clamp(color[at % 3] + random.Next(-15, 16), 0, 255));
                File.WriteAllBytes(
                    Path.Combine(Pictures, name), [.. Encoding.ASCII.GetBytes($"P6\n{Size} {Size}\n255\n"), .. pixels]);
                lines.Add($$"""{"image":"{{name}}","text":"{{word}}"}""");
            }
        }

        File.WriteAllLines(Path.Combine(Pictures, file), lines);
    }
}
