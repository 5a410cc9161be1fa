using System.Text.Json;
using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Commands;

/// <summary>What a run pins by digest is checked wherever it is used, on runs of the real trainer that are a second long.</summary>
public sealed class PinnedFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PinnedFilesTests()
    {
        Assert.SkipWhen(GraftProgram.Trainer is null, "Needs the trainer: make build.");
        var builtin = Path.Combine(Repository.Root, "examples", "builtin");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(builtin, "tiny-wordnet")))
        {
            File.Copy(file, _folder.Write($"model/{Path.GetFileName(file)}", ""), overwrite: true);
        }

        var records = File.ReadLines(Path.Combine(builtin, "wordnet-kinds", "train.jsonl")).Take(16);
        _folder.Write("flat/train.jsonl", string.Join('\n', records) + "\n");
        _folder.Write("flat/run.yaml", Specs.Run
            .Replace("path: model", "path: ../model", StringComparison.Ordinal)
            .Replace("path: data", "path: .", StringComparison.Ordinal)
            .Replace("  evaluationFile: heldout.jsonl\n", "", StringComparison.Ordinal)
            .Replace("maxSteps: 12", "maxSteps: 2", StringComparison.Ordinal));
    }

    private string Data => Path.Combine(_folder.Path, "flat");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("graft-out")]
    [InlineData(".")]
    [InlineData("some/where")]
    public async Task A_run_whose_output_is_in_its_data_folder_runs_twice_on_the_same_data(string output)
    {
        var clean = FolderDigest.Compute(Data);
        foreach (var more in new[] { "--threads", "--rerun" })
        {
            string[] arguments = ["run", "run.yaml", "--output-dir", output, .. more == "--threads" ? new[] { more, "1" } : [more]];
            var ended = await GraftProgram.RunAsync(Data, arguments);
            Assert.True(ended.ExitCode == 0, ended.Output + ended.Errors);
            Assert.Equal(clean, FolderDigest.Compute(Data));
        }

        Assert.Equal(clean, Plan(output).Recipe.Data.Digest);
    }

    [Fact]
    public async Task The_same_run_in_another_place_is_the_same_version_with_the_same_digest()
    {
        var elsewhere = new TemporaryFolder();
        using (elsewhere)
        {
            foreach (var file in FolderListing.Of(_folder.Path).Names)
            {
                File.Copy(Path.Combine(_folder.Path, file), elsewhere.Write(file, ""), overwrite: true);
            }

            await RunAsync(Data);
            await RunAsync(Path.Combine(elsewhere.Path, "flat"));
            Assert.Equal(Result(Data).Artifact!.Digest, Result(Path.Combine(elsewhere.Path, "flat")).Artifact!.Digest);
        }
    }

    [Fact]
    public async Task A_base_that_changed_after_the_training_is_refused_and_can_be_named()
    {
        await RunAsync(Data);
        var model = Path.Combine(_folder.Path, "model");
        var pinned = Plan("graft-out").Recipe.LanguageModel.Digest;
        string[] generate = ["generate", "graft-out/try", "--prompt", "What?", "--max-new-tokens", "1"];
        var before = await GraftProgram.RunAsync(Data, generate);
        Assert.True(before.ExitCode == 0, before.Errors);

        var file = Path.Combine(model, "model.safetensors");
        var time = File.GetLastWriteTimeUtc(file);
        using (var weights = File.OpenWrite(file))
        {
            weights.Seek(-4, SeekOrigin.End);
            weights.Write([1, 2, 3, 4]);
        }

        File.SetLastWriteTimeUtc(file, time);
        var refused = await GraftProgram.RunAsync(Data, generate);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(pinned, refused.Errors, StringComparison.Ordinal);
        Assert.Contains(FolderDigest.Compute(model), refused.Errors, StringComparison.Ordinal);
        Assert.Contains("--model " + model, refused.Errors, StringComparison.Ordinal);

        var named = await GraftProgram.RunAsync(Data, [.. generate, "--model", model]);
        Assert.True(named.ExitCode == 0, named.Errors);
        Assert.Contains($"was trained on {pinned}", named.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adapter_that_changed_after_the_training_is_neither_pushed_nor_used()
    {
        await RunAsync(Data);
        File.AppendAllText(Path.Combine(Data, "graft-out", "try", "adapter", "README.md"), "changed");
        string[][] commands = [["push", "graft-out/try", "localhost:1/x"], ["generate", "graft-out/try", "--prompt", "What?"]];
        foreach (var command in commands)
        {
            var refused = await GraftProgram.RunAsync(Data, command);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("changed after the training", refused.Errors, StringComparison.Ordinal);
        }
    }

    private static async Task RunAsync(string folder)
    {
        var ended = await GraftProgram.RunAsync(folder, "run", "run.yaml", "--threads", "1");
        Assert.True(ended.ExitCode == 0, ended.Output + ended.Errors);
    }

    private static RunResult Result(string folder) => JsonSerializer.Deserialize<RunResult>(
        File.ReadAllText(Path.Combine(folder, "graft-out", "try", "result.json")), PlanJson.WireOptions)!;

    private RunPlan Plan(string output) => PlanJson.Read(File.ReadAllText(Path.Combine(Data, output, "try", "plan.json")));
}
