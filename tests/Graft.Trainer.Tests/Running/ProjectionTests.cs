using System.Text.Json;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Models.Weights;
using Graft.Trainer.Running;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Running;

/// <summary>A projector between a frozen encoder and a frozen language model, from plan to published files.</summary>
public sealed class ProjectionTests : IDisposable
{
    private readonly TinyWorld _world = new();
    private readonly PictureWorld _pictures;

    public ProjectionTests()
    {
        _pictures = new PictureWorld(_world);
    }

    private static AdapterPart EncoderAdapter => new()
    {
        Name = "adapter",
        On = "encoder",
        Method = new MethodSpec { Lora = new LoraSpec { Rank = 2, Dropout = 0.1, TargetModules = ["q_proj", "v_proj"] } },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Pictures_are_put_into_words_and_the_projector_is_published_as_one()
    {
        var plan = _pictures.Plan("out");

        var ended = await Runs.RunAsync(plan, Cancellation);

        Assert.True(ended.ExitCode == 0, ended.Log);
        var figures = Runs.Result(plan).Figures!;
        var words = JsonSerializer.Serialize(figures);
        Assert.True(figures.AdaptedLoss < figures.BaseLoss - 1, words);
        // The language model has random weights that stay as they are: more than a part of the words cannot be had from it.
        Assert.True(figures.AdaptedTokenAccuracy > figures.BaseTokenAccuracy + 0.3, words);
        Assert.NotNull(figures.AdaptedExactMatch);
        Assert.Equal(
            ["README.md", "metrics.json", "mm_projector.safetensors", "projector_config.json", "run-plan.json"],
            Runs.Published(plan).Keys.Order(StringComparer.Ordinal));
        var manifest = Directory.EnumerateFiles(plan.Execution.Publish.Directory!, "*", SearchOption.AllDirectories)
            .Select(File.ReadAllText).First(text => text.Contains("\"artifactType\"", StringComparison.Ordinal));
        Assert.Contains("application/vnd.graft.projector.v1", manifest, StringComparison.Ordinal);
        var card = File.ReadAllText(Path.Combine(plan.Execution.OutputDirectory, TrainingRun.TrainedFolderName, "README.md"));
        Assert.Contains("A projector of 2 linear layers for the models `eyes`", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_the_encoder_does_not_take_is_found_before_the_first_step()
    {
        File.WriteAllBytes(Path.Combine(_pictures.Pictures, "train-woof-0.ppm"), [.. "P6 1 1 255\n"u8, 1, 2, 3]);
        var plan = _pictures.Plan("out");
        plan = plan with
        {
            Recipe = plan.Recipe with { Data = plan.Recipe.Data with { Digest = FolderDigest.Compute(_pictures.Pictures) } },
        };

        var ended = await Runs.RunAsync(plan, Cancellation);

        Assert.Equal(TrainerExitCodes.BadData, ended.ExitCode);
        Assert.Contains("train-woof-0.ppm: the picture has 1 × 1 pixels, the encoder takes 16 × 16", ended.Log, StringComparison.Ordinal);
        Assert.Empty(ended.Of("started"));
    }

    [Fact]
    public async Task A_run_that_was_stopped_publishes_the_bytes_of_one_that_was_not()
    {
        RunPlan straight = _pictures.Plan("straight"), halted = _pictures.Plan("halted");
        Assert.Equal(0, (await Runs.RunAsync(straight, Cancellation)).ExitCode);
        using var stop = new CancellationTokenSource();

        var stopped = await Runs.RunAsync(halted, stop.Token, told =>
        {
            if (told["event"]!.GetValue<string>() == "progress" && told["step"]!.GetValue<int>() >= 7)
            {
                stop.Cancel();
            }
        });

        Assert.Equal(TrainerExitCodes.Interrupted, stopped.ExitCode);
        Assert.Equal(0, (await Runs.RunAsync(halted, Cancellation)).ExitCode);
        Assert.Equal(Runs.Published(straight), Runs.Published(halted));
    }

    [Fact]
    public async Task A_projector_begins_as_an_artifact_that_the_plan_pins_by_digest()
    {
        var first = _pictures.Plan("first");
        Assert.Equal(0, (await Runs.RunAsync(first, Cancellation)).ExitCode);
        var trained = Path.Combine(first.Execution.OutputDirectory, TrainingRun.TrainedFolderName);
        var second = _pictures.Plan("second").With(first.Recipe.Training with { MaxSteps = 1, WarmupSteps = 0, LearningRate = 1e-7 });
        second = second with
        {
            Recipe = second.Recipe with
            {
                Parts =
                [
                    .. second.Recipe.Parts.Select(part => part is ProjectorPart projector
                        ? projector with { Digest = FolderDigest.Compute(trained) }
                        : part),
                ],
            },
            Execution = second.Execution with
            {
                Inputs = second.Execution.Inputs.Append(KeyValuePair.Create("projector", new PlanInput { Path = trained })).ToDictionary(),
            },
        };

        Assert.Equal(0, (await Runs.RunAsync(second, Cancellation)).ExitCode);

        Assert.Equal(Runs.Result(first).Figures!.AdaptedLoss!.Value, Runs.Result(second).Figures!.AdaptedLoss!.Value, 1e-4);
        Assert.NotEqual(RecipeHash.Of(_pictures.Plan("x").Recipe), RecipeHash.Of(second.Recipe));
    }

    [Fact]
    public async Task An_encoder_that_does_not_say_how_it_takes_pictures_is_not_loadable()
    {
        File.Delete(Path.Combine(_pictures.Encoder, "preprocessor_config.json"));

        var ended = await Runs.RunAsync(_pictures.Plan("blind"), Cancellation);

        Assert.Equal(TrainerExitCodes.ModelNotLoadable, ended.ExitCode);
        Assert.Contains("preprocessor_config.json", ended.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adapter_on_the_encoder_is_trained_beside_the_projector_and_both_are_published()
    {
        var plan = _pictures.Plan("both");
        plan = plan with
        {
            Recipe = plan.Recipe with
            {
                Parts = [.. plan.Recipe.Parts.Take(2), EncoderAdapter, plan.Recipe.Parts[^1]],
                Training = plan.Recipe.Training with { MaxSteps = 20 },
            },
        };

        var ended = await Runs.RunAsync(plan, Cancellation);

        Assert.True(ended.ExitCode == 0, ended.Log);
        Assert.True(Runs.Result(plan).Figures!.AdaptedLoss < Runs.Result(plan).Figures!.BaseLoss);
        var trained = Path.Combine(plan.Execution.OutputDirectory, TrainingRun.TrainedFolderName);
        Assert.Equal(
            ["adapter/adapter_config.json", "adapter/adapter_model.safetensors", "projector/mm_projector.safetensors",
                "projector/projector_config.json"],
            Directory.EnumerateFiles(trained, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(trained, file))
                .Where(file => file.Contains('/')).Order(StringComparer.Ordinal));
        var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(trained, "graft.json"))).RootElement.GetProperty("parts");
        Assert.Equal(["adapter adapter", "projector projector"], index.EnumerateArray().Select(
            part => $"{part.GetProperty("folder").GetString()} {part.GetProperty("kind").GetString()}"));
        Assert.Contains("\"eyes\"", File.ReadAllText(Path.Combine(trained, "adapter", "adapter_config.json")), StringComparison.Ordinal);
        // B begins at zero: that it is no longer zero says that a gradient has come through the projector, which leaves out the last block.
        var up = TensorFiles.Load(Path.Combine(trained, "adapter", "adapter_model.safetensors")).Where(
            tensor => tensor.Key.Contains("layers.0.", StringComparison.Ordinal)
                && tensor.Key.Contains("lora_B", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, up.Count);
        Assert.All(up, tensor => Assert.True(tensor.Value.abs().max().item<float>() > 0, tensor.Key));
    }

    [Theory]
    [InlineData("P6\n8 8\n255\n", "8 × 8 pixels, the encoder takes 16 × 16")]
    [InlineData("P5\n16 16\n255\n", "does not begin with P6")]
    [InlineData("P6\n16 16\n255\nshort", "bytes of pixels")]
    public async Task A_picture_that_the_encoder_cannot_take_is_named_with_the_remedy(string header, string why)
    {
        var file = Path.Combine(_pictures.Pictures, "train-moo-0.ppm");
        File.WriteAllBytes(file, [.. System.Text.Encoding.ASCII.GetBytes(header), .. header.Contains("short") ? [] : new byte[768]]);

        var ended = await Runs.RunAsync(_pictures.Plan("bad"), Cancellation);

        Assert.Equal(TrainerExitCodes.BadData, ended.ExitCode);
        Assert.Contains(why, ended.Log, StringComparison.Ordinal);
        Assert.Contains(file, ended.Log, StringComparison.Ordinal);
    }
}
