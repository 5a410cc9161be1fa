using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Api.Methods;
using Graft.Api.Generation;
using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Trainer.Running;
using Graft.Trainer.Tests.Support;
using Xunit;

namespace Graft.Trainer.Tests.Commands;

/// <summary>The program itself, as the local runner and a pod start it.</summary>
public sealed partial class TrainerProcessTests : IDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private const int MostAttempts = 20;

    private readonly TinyWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(SigTerm)]
    [InlineData(SigKill)]
    public async Task After_a_signal_in_the_middle_of_an_epoch_the_next_process_publishes_the_bytes_of_a_straight_run(int signal)
    {
        // 48 records in steps of 8: an epoch has six steps, and the signal comes within the second.
        RunPlan straight = Plan("straight"), ended = straight;
        Assert.Equal(0, (await StartAsync(straight)).ExitCode);

        Output first = new(0, "", "");
        for (var attempt = 1; first.ExitCode == 0 && attempt <= MostAttempts; attempt++)
        {
            // On a busy machine a process may have ended well before the signal arrives.
            ended = Plan($"ended-{attempt}");
            first = await StartAsync(ended, told => IsProgress(told) && told["step"]!.GetValue<int>() >= 8, signal);
        }

        var second = await StartAsync(ended);

        Assert.Equal(signal == SigTerm ? TrainerExitCodes.Interrupted : 128 + SigKill, first.ExitCode);
        Assert.True(second.ExitCode == 0, second.Error);
        var started = Assert.Single(second.Events, e => e["event"]!.GetValue<string>() == "started");
        Assert.True(started["resumedFromStep"]!.GetValue<int>() >= (signal == SigTerm ? 8 : 5), started.ToJsonString());
        Assert.Equal(Runs.Published(straight), Runs.Published(ended));
    }

    [Fact]
    public async Task Several_plans_are_carried_out_by_one_process()
    {
        RunPlan[] plans = [Plan("one"), Plan("two")];
        string[] files = [.. plans.Select((plan, index) =>
        {
            var file = Path.Combine(_world.Root, $"plan-{index}.json");
            File.WriteAllText(file, PlanJson.Write(plan));
            return file;
        })];

        var ended = await RunAsync(["run", .. files]);

        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.All(plans, plan => Assert.Equal("Succeeded", Runs.Result(plan).Outcome));
        var one = await RunAsync(["run", files[0], files[0]]);
        Assert.Equal(TrainerExitCodes.BadPlan, one.ExitCode);
        Assert.Contains("execution.outputDirectory", one.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_kill_in_the_middle_of_publishing_nothing_half_is_seen_and_the_next_process_publishes_without_training()
    {
        var plan = Plan("killed");
        var layout = Path.Combine(plan.Execution.Publish.Directory!, plan.Execution.Publish.Name);
        var store = ArtifactStore.InFolder(plan.Execution.Publish.Directory!);
        Directory.CreateDirectory(layout);
        Output first;
        // Without the layout's lock no version can be given: the process is killed while it waits, with everything but that done.
        using (new FileStream(Path.Combine(layout, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            first = await StartAsync(
                plan, told => IsProgress(told) && told["activity"]!.GetValue<string>() == "Publishing" && AllBlobs(layout), SigKill);
        }

        Assert.Equal(128 + SigKill, first.ExitCode);
        Assert.Empty(await store.ListVersionsAsync(plan.Execution.Publish.Name, TestContext.Current.CancellationToken));
        var second = await StartAsync(plan);
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.DoesNotContain(second.Events, told => told["event"]!.GetValue<string>() == "started");
        var published = Assert.Single(
            await store.ListVersionsAsync(plan.Execution.Publish.Name, TestContext.Current.CancellationToken));
        var pulled = _world.Folder("pulled");
        await store.PullAsync(published.Reference, pulled, TestContext.Current.CancellationToken);
        Assert.Equal(FolderDigest.Compute(pulled), FolderDigest.Compute(Path.Combine(plan.Execution.OutputDirectory, "adapter")));
        Assert.Equal(1, published.Version);
    }

    [Fact]
    public async Task Inspect_prints_what_a_model_and_a_data_set_are()
    {
        var report = Path.Combine(_world.Root, "termination");
        var printed = await RunAsync(["inspect", "--model", _world.Model, "--json", "--output", report]);
        var model = JsonSerializer.Deserialize<InspectionReport>(printed.Text, PlanJson.WireOptions)!;
        var inspected = await RunAsync(["inspect", "--dataset", _world.Data, "--evaluation-file", "heldout.jsonl", "--json"]);
        var data = JsonSerializer.Deserialize<InspectionReport>(inspected.Text, PlanJson.WireOptions)!;

        Assert.Equal(FolderDigest.Compute(_world.Model), model.Digest);
        Assert.Equal(("LlamaForCausalLM", 2, 32, 320), (model.Architecture, model.Layers, model.HiddenSize, model.VocabularySize));
        Assert.Equal(printed.Text, File.ReadAllText(report));
        Assert.Equal((48L, 16L, 0L), (data.TrainRecords, data.EvaluationRecords, data.BadRecords));
    }

    [Fact]
    public async Task Inspect_says_what_is_wrong_in_its_report_and_its_exit_code()
    {
        var output = await RunAsync(["inspect", "--dataset", _world.Data, "--train-file", "none.jsonl", "--json"]);

        Assert.Equal(TrainerExitCodes.BadData, output.ExitCode);
        Assert.Contains("the folder has heldout.jsonl, "
            + "train.jsonl", JsonNode.Parse(output.Text)!["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_answers_with_the_template_that_the_adapter_was_trained_with()
    {
        var training = TinyPlan.Training with { MaxSteps = 150, BatchSize = 48, GradientAccumulationSteps = 1, LearningRate = 1e-2 };
        var plan = Plan("answers").With(training);
        plan = plan with { Recipe = plan.Recipe with { Method = new MethodSpec { Full = new FullSpec() } } };
        Assert.Equal(0, (await StartAsync(plan)).ExitCode);

        var trained = Path.Combine(plan.Execution.OutputDirectory, TrainingRun.TrainedFolderName);
        var request = Path.Combine(_world.Root, "request.json");
        var question = new GenerationRequest { Model = trained, Prompt = new TextPrompt("What does a small duck say?"), Threads = 1 };
        File.WriteAllText(request, question.Write());
        var answer = await RunAsync(["generate", request]);

        Assert.Equal((0, "quack"), (answer.ExitCode, answer.Text.Trim()));
    }

    [Theory]
    [InlineData("{}", "has no \"version\"")]
    [InlineData("{\"version\": 99}", "version 99")]
    [InlineData("nonsense", "cannot be read")]
    public async Task A_file_that_is_no_plan_is_bad_usage(string content, string message)
    {
        var path = Path.Combine(_world.Root, "plan.json");
        File.WriteAllText(path, content);

        var output = await RunAsync(["run", path]);

        Assert.Equal(TrainerExitCodes.BadPlan, output.ExitCode);
        Assert.Contains(message, output.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "@words")]
    [InlineData("generate", "@words")]
    [InlineData("run", "/dev/zero")]
    [InlineData("generate", "/dev/zero")]
    [InlineData("inspect", "/dev/zero")]
    [InlineData("inspect", "@words")]
    [InlineData("generate", ".")]
    [InlineData("run", "--", "--help")]
    public async Task An_argument_that_is_no_request_is_named_in_a_sentence(params string[] arguments)
    {
        File.WriteAllText(Path.Combine(_world.Root, "words"), "--help\n");

        var output = await RunAsync(arguments);

        Assert.NotEqual(0, output.ExitCode);
        Assert.Equal("", output.Text);
        Assert.Contains(arguments[^1] == "." ? "is a folder" : arguments[^1], output.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output.Error, StringComparison.Ordinal);
    }

    private RunPlan Plan(string output)
    {
        // Tracking folders are apart, or the two runs of a test would be one.
        var plan = TinyPlan.For(_world, output);
        var tracking = plan.Execution.Tracking with { Directory = _world.Folder(output + "-mlruns") };
        return plan with { Execution = plan.Execution with { Tracking = tracking } };
    }

    /// <summary>Waits for layer, configuration and manifest.</summary>
    private static bool AllBlobs(string layout)
    {
        var blobs = Path.Combine(layout, "blobs", "sha256");
        return SpinWait.SpinUntil(
            () => Directory.Exists(blobs) && Directory.EnumerateFiles(blobs).Count(file => Path.GetFileName(file)[0] != '.') == 3,
            TimeSpan.FromSeconds(50));
    }

    private static bool IsProgress(JsonNode told) => told["event"]!.GetValue<string>() == "progress";

    private async Task<Output> StartAsync(RunPlan plan, Func<JsonNode, bool>? when = null, int signal = 0)
    {
        var path = Path.Combine(_world.Root, $"{Path.GetFileName(plan.Execution.OutputDirectory)}.json");
        File.WriteAllText(path, PlanJson.Write(plan));
        return await RunAsync(["run", path], when, signal);
    }

    private async Task<Output> RunAsync(string[] arguments, Func<JsonNode, bool>? when = null, int signal = 0)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "graft-trainer");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = _world.Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        var sent = false;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line);
            if (!sent && when is not null && JsonNode.Parse(line) is { } told && when(told))
            {
                sent = true;
                Assert.Equal(0, Kill(process.Id, signal));
            }
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Output(process.ExitCode, string.Join('\n', lines), await error);
    }

    private sealed record Output(int ExitCode, string Text, string Error)
    {
        public JsonNode[] Events => [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
