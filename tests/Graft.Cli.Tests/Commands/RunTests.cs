using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using Graft.Api.Planning;
using Xunit;

namespace Graft.Cli.Tests.Commands;

/// <summary>Runs of the real trainer on the repository's small model, each a few seconds long.</summary>
public sealed class RunTests : IDisposable
{
    private const char Escape = '\e';
    private const int MostAttempts = 20;

    private readonly TemporaryFolder _folder = new();

    public RunTests()
    {
        Specs.WriteBuiltin(_folder, "\"1e-3\"", "\"5e-3\"");
    }

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_is_compared_published_and_recorded_and_not_repeated()
    {
        SkipWithoutTrainer();
        var first = await RunAsync();
        Assert.True(first.ExitCode == 0, first.Output + first.Errors);
        Assert.Matches(@"step \d+/40  loss \d", first.Output);
        Assert.Contains("loss per labeled token", first.Output, StringComparison.Ordinal);
        Assert.Contains("/graft generate graft-out/try --prompt 'What kind of thing is this?'", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Escape, first.Output + first.Errors);
        var result = ReadResult();
        Assert.Equal(("Succeeded", 40, "v1"), (result.Outcome, result.Steps, result.Artifact!.Version));
        Assert.True(result.Figures!.AdaptedLoss < result.Figures.BaseLoss, "forty steps teach something");
        string[] left =
            ["try/adapter/adapter_config.json", "try/adapter/adapter_model.safetensors", "try/loss.svg", "oci/try/index.json", "mlruns"];
        foreach (var file in left)
        {
            Assert.True(Path.Exists(Path.Combine(_folder.Path, "graft-out", file)), file);
        }

        var trained = AdapterBytes("graft-out");
        var second = await RunAsync();
        Assert.Equal(0, second.ExitCode);
        Assert.Contains("has succeeded already", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("step 1/40", second.Output, StringComparison.Ordinal);
        Assert.Contains(result.Artifact.Digest, second.Output, StringComparison.Ordinal);

        var third = await RunAsync("--rerun");
        Assert.Equal(0, third.ExitCode);
        Assert.Contains("step 1/40", third.Output, StringComparison.Ordinal);
        Assert.Equal(trained, AdapterBytes("graft-out"));
        Assert.Equal(result.Artifact, ReadResult().Artifact);
    }

    [Fact]
    public async Task A_run_that_is_stopped_by_Ctrl_C_goes_on_and_ends_as_if_it_had_not_been()
    {
        SkipWithoutTrainer();
        Assert.SkipWhen(
            IsInterruptIgnored(), "SIGINT is ignored here, as in a shell's background jobs, and with it by all programs that are started.");
        var stopped = await StopOnTheWayAsync();
        Assert.Contains(
            "Stopping: the trainer saves a checkpoint and ends. Ctrl-C again ends it at once.", stopped.Output,
            StringComparison.Ordinal);
        Assert.Contains("The same command resumes from there.", stopped.Errors, StringComparison.Ordinal);

        var resumed = await RunAsync();
        Assert.True(resumed.ExitCode == 0, resumed.Output + resumed.Errors);
        Assert.Matches(@"Going on from step \d+\.", resumed.Output);

        var straight = await RunAsync("--output-dir", "straight");
        Assert.True(straight.ExitCode == 0, straight.Output + straight.Errors);
        Assert.Equal(AdapterBytes("straight"), AdapterBytes("graft-out"));
    }

    /// <summary>
    /// A run that was stopped between two steps. On a busy machine it may have ended before the signals arrive; then it begins again.
    /// </summary>
    private async Task<ProgramResult> StopOnTheWayAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            using var process = Start("run", "run.yaml", "--threads", "1");
            string? line;
            do
            {
                line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            }
            while (line?.StartsWith("step ", StringComparison.Ordinal) == false);

            await SignalAsync(process.Id, "INT");
            var stopped = await GraftProgram.FinishAsync(process);
            if (stopped.ExitCode == ExitCodes.Interrupted || attempt == MostAttempts)
            {
                Assert.True(stopped.ExitCode == ExitCodes.Interrupted, stopped.Output + stopped.Errors);
                return stopped;
            }

            Directory.Delete(Path.Combine(_folder.Path, "graft-out"), recursive: true);
        }
    }

    [Theory(Timeout = 120_000)]
    [UnsupportedOSPlatform("windows")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task The_first_request_to_stop_is_answered_at_once_and_the_second_ends_a_trainer_that_does_not(string signal)
    {
        Assert.SkipWhen(
            signal == "HUP" && IsHangUpIgnored(), "These tests run under nohup or the like: what they start ignores SIGHUP as it should.");
        var trainer = _folder.Write(
            "deaf-trainer", "#!/bin/sh\ntrap '' TERM HUP INT\necho $$ > pid\nwhile :; do sleep 0.1; done\n");
        File.SetUnixFileMode(trainer, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var pid = Path.Combine(_folder.Path, "pid");
        using var process = GraftProgram.Start(
            _folder.Path, new Dictionary<string, string> { ["GRAFT_TRAINER"] = trainer }, "run", "run.yaml");
        while (!File.Exists(pid) || (await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken)).Length == 0)
        {
            Assert.False(process.HasExited);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await SignalAsync(process.Id, signal);
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(line);
        }
        while (!line.StartsWith("Stopping", StringComparison.Ordinal));
        Assert.False(process.HasExited);
        await SignalAsync(process.Id, signal);
        var ended = await GraftProgram.FinishAsync(process);

        Assert.Equal(ExitCodes.Interrupted, ended.ExitCode);
        Assert.Contains("Ended at once.", ended.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken)).Trim()}"));
    }

    // SIGHUP is the first bit of the mask.
    private static bool IsHangUpIgnored()
    {
        var mask = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (Convert.ToUInt64(mask[(mask.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(), 16) & 1) != 0;
    }

    [Fact]
    public async Task A_number_of_threads_that_cannot_compute_is_refused()
    {
        var refused = await GraftProgram.RunAsync(_folder.Path, "run", "run.yaml", "--threads", "0");

        Assert.Equal(ExitCodes.WrongUse, refused.ExitCode);
        Assert.Contains("--threads is 0; it must be 1 or more", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_record_ends_the_run_with_its_file_and_line()
    {
        SkipWithoutTrainer();
        var file = Path.Combine(_folder.Path, "data", "train.jsonl");
        await File.AppendAllTextAsync(file, "{\"instruction\": \"no answer\"}\n", TestContext.Current.CancellationToken);
        var result = await RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("train.jsonl:65", result.Errors, StringComparison.Ordinal);
        Assert.Contains("trainer.log", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [UnsupportedOSPlatform("windows")]
    [InlineData("ABRT", "SIGABRT")]
    [InlineData("KILL", "memory")]
    public async Task A_trainer_that_dies_without_a_word_is_explained(string signal, string word)
    {
        var trainer = _folder.Write("dying-trainer", $"#!/bin/sh\necho 'the last line' >&2\nkill -{signal} $$\n");
        File.SetUnixFileMode(trainer, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string> { ["GRAFT_TRAINER"] = trainer };
        using var process = GraftProgram.Start(_folder.Path, environment, "run", "run.yaml");
        var result = await GraftProgram.FinishAsync(process);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(word, result.Errors, StringComparison.Ordinal);
        Assert.Contains("the last line", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adapter_that_cannot_be_published_is_kept_and_published_by_sync_without_training()
    {
        SkipWithoutTrainer();
        var index = _folder.Write("graft-out/oci/try/index.json", "no index");
        var run = await RunAsync();
        Assert.True(run.ExitCode == ExitCodes.Outstanding, run.Output + run.Errors);
        Assert.Contains("not published yet", run.Output, StringComparison.Ordinal);
        Assert.Contains("`graft sync` publishes it", run.Errors, StringComparison.Ordinal);
        var trained = AdapterBytes("graft-out");
        var inVain = await GraftProgram.RunAsync(_folder.Path, "sync");
        Assert.Equal(ExitCodes.Outstanding, inVain.ExitCode);
        Assert.Contains("not published yet", inVain.Output, StringComparison.Ordinal);

        File.Delete(index);
        var synced = await GraftProgram.RunAsync(_folder.Path, "sync");

        Assert.True(synced.ExitCode == 0, synced.Output + synced.Errors);
        Assert.Contains("published try v1", synced.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("step 1/40", synced.Output + synced.Errors, StringComparison.Ordinal);
        Assert.Equal(trained, AdapterBytes("graft-out"));
        Assert.Equal(("Succeeded", "v1"), (ReadResult().Outcome, ReadResult().Artifact!.Version));
        var again = await GraftProgram.RunAsync(_folder.Path, "sync", "graft-out");
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("nothing is outstanding", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_run_that_was_damaged_is_brought_back_bit_by_bit()
    {
        SkipWithoutTrainer();
        Assert.Equal(0, (await RunAsync()).ExitCode);
        var (trained, result) = (AdapterBytes("graft-out"), ReadResult());
        var file = Path.Combine(_folder.Path, "graft-out", "try", "adapter", "adapter_model.safetensors");
        var damaged = (byte[])trained.Clone();
        damaged[^1] ^= 1;
        File.WriteAllBytes(file, damaged);

        var again = await RunAsync();

        Assert.True(again.ExitCode == 0, again.Output + again.Errors);
        Assert.Contains("adapter/adapter_model.safetensors", again.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("step 1/40", again.Output, StringComparison.Ordinal);
        Assert.Equal(trained, AdapterBytes("graft-out"));
        Assert.Equal((result.Artifact, result.Figures), (ReadResult().Artifact, ReadResult().Figures));
    }

    [Fact]
    public async Task What_was_trained_can_be_inspected_drawn_and_asked()
    {
        SkipWithoutTrainer();
        var run = await RunAsync();
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);

        var inspected = await GraftProgram.RunAsync(_folder.Path, "inspect", "graft-out/try", "--output", "json");
        using var facts = JsonDocument.Parse(inspected.Output);
        Assert.Equal("adapter", facts.RootElement.GetProperty("kind").GetString());
        Assert.Equal(ReadResult().Figures!.TrainableParameters, facts.RootElement.GetProperty("parameters").GetInt64());

        var drawn = await GraftProgram.RunAsync(_folder.Path, "plot", "graft-out/try", "--svg", "again.svg");
        Assert.Contains("40 steps", drawn.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "again.svg")));

        string[] question = ["--prompt", "What kind of thing is this?", "--input", "dog: a domestic animal", "--max-new-tokens", "4"];
        using var asking = Start(["generate", "graft-out/try", .. question]);
        var answer = await GraftProgram.FinishAsync(asking);
        Assert.True(answer.ExitCode == 0, answer.Errors);
        Assert.NotEqual("", answer.Output.Trim());

        var pulled = await GraftProgram.RunAsync(_folder.Path, "pull", "oci:graft-out/oci/try:v1", "--output-dir", "pulled");
        Assert.True(pulled.ExitCode == 0, pulled.Errors);
        Assert.Contains(ReadResult().Artifact!.Digest, pulled.Output, StringComparison.Ordinal);
        var weights = Path.Combine(_folder.Path, "pulled", "adapter_model.safetensors");
        Assert.Equal(AdapterBytes("graft-out"), await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken));
    }

    private static void SkipWithoutTrainer()
    {
        if (GraftProgram.Trainer is null)
        {
            Assert.Skip("graft-trainer is not built; `make build` builds it.");
        }
    }

    private async Task<ProgramResult> RunAsync(params string[] more)
    {
        using var process = Start(["run", "run.yaml", "--threads", "1", .. more]);
        return await GraftProgram.FinishAsync(process);
    }

    private Process Start(params string[] arguments)
    {
        return GraftProgram.Start(_folder.Path, new Dictionary<string, string> { ["GRAFT_TRAINER"] = GraftProgram.Trainer! }, arguments);
    }

    private static async Task SignalAsync(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static bool IsInterruptIgnored()
    {
        const string Field = "SigIgn:";
        const int Interrupt = 2;
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is not null && (Convert.ToUInt64(line[Field.Length..].Trim(), 16) >> (Interrupt - 1) & 1) == 1;
    }

    private RunResult ReadResult()
    {
        var file = Path.Combine(_folder.Path, "graft-out", "try", "result.json");
        return JsonSerializer.Deserialize<RunResult>(File.ReadAllText(file), PlanJson.WireOptions)!;
    }

    private byte[] AdapterBytes(string output)
    {
        return File.ReadAllBytes(Path.Combine(_folder.Path, output, "try", "adapter", "adapter_model.safetensors"));
    }
}
