using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Common;
using Graft.Trainer.Publishing;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Running;

public sealed class RunProgramTests : IDisposable
{
    private readonly TinyWorld _world = new();

    public void Dispose() => _world.Dispose();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_is_carried_out_to_a_published_adapter_that_is_better_than_the_base()
    {
        var plan = Plan("out").With(TinyPlan.Training with { MaxSteps = 150, BatchSize = 8, GradientAccumulationSteps = 1 });
        var evaluation = plan.Recipe.Evaluation with { GenerateRecords = 8 };
        plan = plan with { Recipe = plan.Recipe with { Method = TinyPlan.Lora(), Evaluation = evaluation } };

        var ended = await Runs.RunAsync(plan, None);

        Assert.True(ended.ExitCode == 0, ended.Log);
        var result = Runs.Result(plan);
        Assert.Equal(("Succeeded", 150L), (result.Outcome, result.Steps));
        var figures = JsonSerializer.Serialize(result.Figures);
        Assert.True(result.Figures!.AdaptedLoss < result.Figures.BaseLoss - 1, figures);
        Assert.True(result.Figures.AdaptedTokenAccuracy > result.Figures.BaseTokenAccuracy + 0.5, figures);
        Assert.True(result.Figures.AdaptedExactMatch > result.Figures.BaseExactMatch, figures);
        Assert.True(result.Figures is { PeakMemoryBytes: > 1_000_000, TokensPerSecond: > 0 }, figures);
        Assert.Equal(("tiny-sounds", "v1"), (result.Artifact!.Name, result.Artifact.Version));
        Assert.True(Directory.Exists(result.Tracking!.Uri), result.Tracking.Uri);
        // A line of the mlruns layout is "time value step".
        Assert.Equal(
            Enumerable.Range(1, 150),
            File.ReadLines(Path.Combine(result.Tracking.Uri, "metrics", "train", "loss")).Select(
                line => int.Parse(line.Split(' ')[2], null)));
        Assert.Equal(
            ["README.md", "adapter_config.json", "adapter_model.safetensors", "metrics.json", "run-plan.json"],
            Runs.Published(plan).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(plan.Execution.OutputDirectory, "result.json")),
            File.ReadAllBytes(plan.Execution.TerminationMessagePath!));
        Assert.Equal(
            ["started", "evaluation", "checkpoint", "artifact", "finished"],
            ended.Events.Select(e => e["event"]!.GetValue<string>()).Where(e => e != "progress").Distinct());
        var parts = ended.Of("progress").Select(told => told["part"]).OfType<JsonNode>().ToList();
        Assert.Equal(
            ["training records", "held-out records", "models"],
            parts.Select(part => part["what"]!.GetValue<string>()).Distinct().Skip(2).Take(3));
        var loaded = parts.Where(part => part["what"]!.GetValue<string>() == "models").ToList();
        Assert.All(loaded, part => Assert.True(part["isBytes"]!.GetValue<bool>()));
        Assert.Equal(new FileInfo(Path.Combine(_world.Model, "model.safetensors")).Length, loaded[0]["total"]!.GetValue<long>());
        foreach (var (measured, total) in ((string, int)[])
            [("base model, held-out records", 16), ("adapted model, held-out records", 16), ("adapted model, generated answers", 8)])
        {
            var counts = parts.Where(part => part["what"]!.GetValue<string>() == measured).ToList();
            Assert.Equal((0, total), (counts[0]["done"]!.GetValue<int>(), counts[^1]["done"]!.GetValue<int>()));
            Assert.All(counts, count => Assert.Equal(total, count["total"]!.GetValue<int>()));
        }

        foreach (var moved in new[] { "packing", "sending" })
        {
            var last = parts.Last(part => part["what"]!.GetValue<string>() == moved);
            Assert.True(last["isBytes"]!.GetValue<bool>());
            Assert.True(last["total"]!.GetValue<long>() > 1000, last.ToJsonString());
            Assert.Equal(last["total"]!.GetValue<long>(), last["done"]!.GetValue<long>());
        }

        var firstSample = Assert.Single(ended.Of("started"))["firstSample"]!.GetValue<string>();
        Assert.Contains("⟦woof<|endoftext|>⟧", firstSample, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_stopped_and_went_on_publishes_the_bytes_of_one_that_was_not()
    {
        RunPlan straight = Plan("straight"), halted = Plan("halted");
        Assert.Equal(0, (await Runs.RunAsync(straight, None)).ExitCode);
        using var stop = new CancellationTokenSource();

        var first = await Runs.RunAsync(halted, stop.Token, told =>
        {
            if (told["event"]!.GetValue<string>() == "checkpoint")
            {
                stop.Cancel();
            }
        });
        var interrupted = Runs.Result(halted);
        var second = await Runs.RunAsync(halted, None);

        Assert.Equal(TrainerExitCodes.Interrupted, first.ExitCode);
        Assert.Equal(("Interrupted", 5L), (interrupted.Outcome, interrupted.Steps));
        Assert.True(second.ExitCode == 0, second.Log);
        Assert.Equal(5, Assert.Single(second.Of("started"))["resumedFromStep"]!.GetValue<int>());
        // A report says nothing of a checkpoint only while there is none: from loading until publishing.
        Assert.All(
            second.Of("progress"), progress => Assert.True(progress["checkpointStep"]?.GetValue<int>() >= 5, progress.ToJsonString()));
        Assert.Equal(Runs.Published(straight), Runs.Published(halted));
        // The record of both processes: what they said one after the other, and one curve.
        var artifacts = Path.Combine(Runs.Result(halted).Tracking!.Uri, "artifacts");
        Assert.Equal(WithoutTimes(first.Log + second.Log), WithoutTimes(File.ReadAllText(Path.Combine(artifacts, "log.txt"))));
        Assert.Equal(
            File.ReadAllText(Path.Combine(Runs.Result(straight).Tracking!.Uri, "artifacts", "loss.svg")),
            File.ReadAllText(Path.Combine(artifacts, "loss.svg")));
        Assert.DoesNotContain(second.Of("evaluation"), e => e["model"]!.GetValue<string>() == "base");
    }

    [Fact]
    public async Task A_run_of_one_step_with_the_usual_warm_up_learns()
    {
        var plan = Plan("one").With((TinyPlan.Training with { MaxSteps = 1, WarmupSteps = null }).Normalized());

        var ended = await Runs.RunAsync(plan, None);

        Assert.True(ended.ExitCode == 0, ended.Log);
        Assert.NotEqual(Runs.Result(plan).Figures!.BaseLoss, Runs.Result(plan).Figures!.AdaptedLoss);
    }

    [Theory]
    [InlineData("5e-3", 1, 1, "training.warmupSteps: the learning rate is 0 in all steps")]
    [InlineData("1e-13", 0, 3, "training.learningRate: the highest rate is 1e-13")]
    public async Task A_run_that_would_learn_nothing_ends_before_its_first_step(string rate, int warmup, int steps, string message)
    {
        var plan = Plan("nothing").With(TinyPlan.Training with { LearningRate = new(rate), MaxSteps = steps, WarmupSteps = warmup });

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.BadPlan, ended.ExitCode);
        Assert.Contains(message, Runs.Result(plan).Message, StringComparison.Ordinal);
        Assert.Empty(ended.Of("started"));
    }

    [Fact]
    public async Task A_hidden_file_that_the_digest_does_not_cover_is_not_trained_on()
    {
        var plan = Plan("hidden");
        File.Move(Path.Combine(_world.Data, "train.jsonl"), Path.Combine(_world.Data, ".train.jsonl"));
        var data = plan.Recipe.Data with { TrainFile = ".train.jsonl", Digest = Graft.Artifacts.FolderDigest.Compute(_world.Data) };
        plan = plan with { Recipe = plan.Recipe with { Data = data } };

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.BadData, ended.ExitCode);
        Assert.Contains("does not count in the digest", Runs.Result(plan).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_GPU_that_is_asked_for_and_cannot_be_used_ends_the_run_before_anything_is_fetched()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda_is_available(), "This machine has a GPU that the trainer can use.");
        var plan = Plan("out");
        plan = plan with
        {
            Execution = plan.Execution with { Device = "cuda", Inputs = new Dictionary<string, PlanInput>() },
        };

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.BadPlan, ended.ExitCode);
        var result = Runs.Result(plan);
        Assert.Equal(("Failed", "GpuNotUsable", 0L), (result.Outcome, result.Reason, result.Steps));
        Assert.Contains("built without CUDA", result.Message, StringComparison.Ordinal);
        Assert.Empty(ended.Of("started"));
    }

    [Fact]
    public async Task What_is_trained_and_cannot_be_published_is_published_by_its_successor_without_training()
    {
        var plan = Plan("late");
        plan = plan with { Execution = plan.Execution with { Publish = plan.Execution.Publish with { PatienceSeconds = 0 } } };
        var store = plan.Execution.Publish.Directory!;

        var late = await Runs.RunAsync(plan, None, told =>
        {
            // It was there when the run began.
            if (told["event"]!.GetValue<string>() == "checkpoint" && !File.Exists(store))
            {
                Directory.Delete(store, recursive: true);
                File.WriteAllText(store, "");
            }
        });
        var failed = Runs.Result(plan);
        File.Delete(store);
        var successor = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.TrainedNotPublished, late.ExitCode);
        Assert.Equal(("Failed", "PublishFailed"), (failed.Outcome, failed.Reason));
        Assert.Contains(plan.Execution.CheckpointDirectory, failed.Message, StringComparison.Ordinal);
        Assert.True(successor.ExitCode == 0, successor.Log);
        Assert.DoesNotContain(successor.Of("progress"), e => e["activity"]!.GetValue<string>() == "Training");
        Assert.Equal("v1", Runs.Result(plan).Artifact!.Version);
    }

    [Fact]
    public async Task A_place_to_publish_that_cannot_be_used_is_found_before_the_training()
    {
        var plan = Plan("early");
        File.WriteAllText(plan.Execution.Publish.Directory!, "");

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.PublishFailed, ended.ExitCode);
        Assert.Equal(("Failed", "PublishFailed", 0L), (Runs.Result(plan).Outcome, Runs.Result(plan).Reason, Runs.Result(plan).Steps));
        Assert.Empty(ended.Of("started"));
    }

    [Fact]
    public async Task The_same_run_again_publishes_the_same_version_without_training()
    {
        var plan = Plan("again");
        await Runs.RunAsync(plan, None);
        var first = Runs.Result(plan);

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(first.Artifact, Runs.Result(plan).Artifact);
        Assert.DoesNotContain(ended.Of("progress"), e => e["activity"]!.GetValue<string>() == "Training");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_that_another_process_writes_is_waited_for_aloud(bool isCheckpoints)
    {
        var plan = Plan("held");
        var folder = isCheckpoints ? plan.Execution.CheckpointDirectory : plan.Execution.OutputDirectory;
        var other = FolderLock.Take(folder, TimeProvider.System);

        var ended = await Runs.RunAsync(plan, None, told =>
        {
            // Nothing was done before.
            Assert.True(other is null || told["event"]!.GetValue<string>() == "warning", told.ToJsonString());
            other?.Dispose();
            other = null;
        });

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains(folder, ended.Warnings[0], StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId} on", ended.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_damaged_checkpoint_the_run_goes_on_from_the_one_before_and_says_so()
    {
        RunPlan plan = Plan("damaged"), straight = Plan("whole");
        await Runs.RunAsync(straight, None);
        await Runs.RunAsync(plan, None);
        var published = Runs.Published(plan);
        Directory.Delete(Path.Combine(plan.Execution.CheckpointDirectory, TrainedStore.FolderName), recursive: true);
        File.WriteAllText(Path.Combine(plan.Execution.CheckpointDirectory, "step-00000012", "state.safetensors"), "broken");

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains(ended.Warnings, w => w.Contains("step-00000012 is not used", StringComparison.Ordinal));
        Assert.Equal(10, Assert.Single(ended.Of("started"))["resumedFromStep"]!.GetValue<int>());
        Assert.Equal(published, Runs.Published(plan));
    }

    [Fact]
    public async Task A_loss_that_diverges_ends_with_its_exit_code_and_the_records_in_a_file()
    {
        var plan = Plan("diverged").With(TinyPlan.Training with { LearningRate = 1e30, WarmupSteps = 0, MaxGradientNorm = 0 });

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.Diverged, ended.ExitCode);
        Assert.Equal(("Failed", "Diverged"), (Runs.Result(plan).Outcome, Runs.Result(plan).Reason));
        var diverged = JsonNode.Parse(File.ReadAllText(Path.Combine(plan.Execution.OutputDirectory, "diverged.json")))!;
        Assert.Equal(8, diverged["recordIds"]!.AsArray().Count);
        Assert.Single(ended.Of("failed"));
    }

    [Fact]
    public async Task Bad_records_stop_the_run_or_are_counted_in_the_result()
    {
        File.AppendAllText(Path.Combine(_world.Data, "train.jsonl"), "{\"id\":\"broken\",\"instruction\":\"What?\"}\n");
        RunPlan strict = Plan("strict"), lenient = Plan("lenient");
        lenient = lenient with { Recipe = lenient.Recipe with { Data = lenient.Recipe.Data with { OnBadRecord = "skip" } } };

        Ended stopped = await Runs.RunAsync(strict, None), skipped = await Runs.RunAsync(lenient, None);

        Assert.Equal(TrainerExitCodes.BadData, stopped.ExitCode);
        Assert.Contains("train.jsonl:49: record 'broken': the field 'output' is "
            + "missing", Runs.Result(strict).Message, StringComparison.Ordinal);
        Assert.Equal(0, skipped.ExitCode);
        Assert.Equal(1, Runs.Result(lenient).Figures!.BadRecords);
        Assert.Contains(skipped.Warnings, w => w.Contains("'broken'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_that_changed_after_the_plan_was_made_are_refused()
    {
        var plan = Plan("changed");
        File.AppendAllText(Path.Combine(_world.Data, "train.jsonl"), "{\"instruction\":\"new\",\"output\":\"new\"}\n");

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.BadData, ended.ExitCode);
        Assert.Equal("DigestMismatch", Runs.Result(plan).Reason);
    }

    [Fact]
    public async Task Targets_that_the_model_does_not_have_are_refused_with_those_that_it_has()
    {
        var plan = Plan("targets");
        var lora = TinyPlan.Lora().Lora! with { TargetModules = ["query_proj"] };
        plan = plan with { Recipe = plan.Recipe with { Method = new MethodSpec { Lora = lora } } };

        var ended = await Runs.RunAsync(plan, None);

        Assert.Equal(TrainerExitCodes.ModelNotLoadable, ended.ExitCode);
        Assert.Contains("q_proj", Runs.Result(plan).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_folder_of_another_plan_is_refused()
    {
        var first = Plan("shared");
        await Runs.RunAsync(first, None);

        var ended = await Runs.RunAsync(first.With(TinyPlan.Training with { Seed = 12 }), None);

        Assert.Equal(TrainerExitCodes.BadPlan, ended.ExitCode);
        Assert.Contains("another plan", ended.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_weight_of_a_random_model_can_be_trained_on_packed_text_and_the_model_is_published()
    {
        File.WriteAllLines(Path.Combine(_world.Data, "text.jsonl"), Enumerable.Range(0, 40).Select(i => $"{{\"text\":\"A small dog says "
            + $"woof, a cat says meow. {i % 4}\"}}"));
        var plan = Plan("pretrained").With(TinyPlan.Training with { MaxSteps = 40, GradientAccumulationSteps = 1 });
        var recipe = plan.Recipe;
        plan = plan with
        {
            Recipe = recipe with
            {
                Parts = [recipe.LanguageModel with { RandomInitializationSeed = 3 }],
                Method = new MethodSpec { Full = new FullSpec() },
                Data = recipe.Data with
                {
                    Format = "text",
                    TrainFile = "text.jsonl",
                    EvaluationFile = "text.jsonl",
                    Packing = true,
                    MaxLength = 32,
                },
            },
        };

        var ended = await Runs.RunAsync(plan, None);

        Assert.True(ended.ExitCode == 0, ended.Log);
        Assert.True(Runs.Result(plan).Figures!.AdaptedLoss < 1.5, JsonSerializer.Serialize(Runs.Result(plan).Figures));
        Assert.Contains("model.safetensors", Runs.Published(plan).Keys);
        Assert.Contains("tokenizer.json", Runs.Published(plan).Keys);
    }

    [Fact]
    public async Task A_frozen_base_in_half_precision_is_adapted_in_single_precision()
    {
        var plan = Plan("half").With(TinyPlan.Training with { Precision = "bfloat16", MaxSteps = 60 });

        var ended = await Runs.RunAsync(plan, None);

        Assert.True(ended.ExitCode == 0, ended.Log);
        var figures = Runs.Result(plan).Figures!;
        Assert.True(figures.AdaptedLoss < figures.BaseLoss - 0.5, JsonSerializer.Serialize(figures));
    }

    private static string WithoutTimes(string log) => Regex.Replace(log, @"(?m)^\d\d:\d\d:\d\d ", "");

    private RunPlan Plan(string output) => TinyPlan.For(_world, output);
}
