using System.Text.Json;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Commands;

public sealed class ValidateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public async Task Good_specs_give_no_line_and_status_0()
    {
        Specs.WriteWithInputs(_folder);
        var result = await GraftProgram.RunAsync(_folder.Path, "validate", ".");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
    }

    [Theory]
    [InlineData("rank: 4", "rnk: 4", "run.yaml:27:7: error: spec.method.lora.rnk:", "\"rank\"")]
    [InlineData("rank: 4", "rank: 0", "run.yaml:27:13: error: spec.method.lora.rank:", "1024")]
    [InlineData("\"1e-3\"", "fast", "run.yaml:34:19: error: spec.training.learningRate:", "decimal")]
    [InlineData("kind: BaseModel", "kind: BaseModle", "run.yaml:2:7: error:", "BaseModel")]
    public async Task A_bad_field_gives_its_place_and_what_is_meant(string right, string wrong, string place, string remedy)
    {
        _folder.Write("run.yaml", Specs.Run.Replace(right, wrong, StringComparison.Ordinal));
        var result = await GraftProgram.RunAsync(_folder.Path, "validate", "run.yaml");
        Assert.Equal(1, result.ExitCode);
        var line = Assert.Single(result.Output.Split('\n'), line => line.StartsWith(place, StringComparison.Ordinal));
        Assert.Contains(remedy, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_out_of_the_files_is_a_warning_and_with_strict_an_error()
    {
        _folder.Write("run.yaml", Specs.Run.Split("---\n")[2]);
        var relaxed = await GraftProgram.RunAsync(_folder.Path, "validate", "run.yaml");
        var strict = await GraftProgram.RunAsync(_folder.Path, "validate", "run.yaml", "--strict");
        Assert.Equal((0, 1), (relaxed.ExitCode, strict.ExitCode));
        Assert.Contains("warning: spec.baseModelRef.name", relaxed.Output, StringComparison.Ordinal);
        Assert.Contains("error: spec.baseModelRef.name", strict.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_one_object_a_problem()
    {
        Specs.WriteWithInputs(_folder);
        _folder.Write("run.yaml", Specs.Run.Replace("rank: 4", "rnk: 4", StringComparison.Ordinal));
        var result = await GraftProgram.RunAsync(_folder.Path, "validate", "run.yaml", "--output", "json");
        using var problems = JsonDocument.Parse(result.Output);
        var problem = Assert.Single(problems.RootElement.EnumerateArray());
        Assert.Equal(
            ("run.yaml", 27, "unknown-field"),
            (problem.GetProperty("file").GetString(), problem.GetProperty("line").GetInt32(), problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Standard_input_is_read_where_a_dash_stands_for_a_file()
    {
        Specs.WriteWithInputs(_folder);
        using var process = GraftProgram.Start(_folder.Path, null, "validate", "-");
        await process.StandardInput.WriteAsync(Specs.Run.Replace("rank: 4", "rnk: 4", StringComparison.Ordinal));
        var result = await GraftProgram.FinishAsync(process);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("stdin:27:", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path: model", "path: modle", "run.yaml:7:11: error: spec.source.path: there is no folder ", "\"model\"")]
    [InlineData("path: model", "path: run.yaml", "run.yaml:7:11: error: spec.source.path: ", "the folder that holds it")]
    [InlineData("path: model", "path: data", "run.yaml:6:3: error: spec.source: ", "config.json")]
    [InlineData("path: model", "builtin: {name: tiny-wordnt}", "run.yaml:7:21: error: spec.source.builtin.name: ", "\"tiny-wordnet\"")]
    [InlineData("heldout.jsonl", "held-out.jsonl", "run.yaml:16:19: error: spec.evaluationFile: ", "\"heldout.jsonl\"")]
    [InlineData("  evaluationFile", "  trainFile: t.json\n  evaluationFile", "run.yaml:16:14: error: spec.trainFile: ", "train.jsonl")]
    [InlineData("rank: 4", "targetModules: [all_linear]", "run.yaml:27:23: error: spec.method.lora.targetModules[0]: ", "all-linear?")]
    public async Task What_the_files_on_this_computer_do_not_have_is_named_with_its_place(
        string right, string wrong, string place, string remedy)
    {
        Specs.WriteWithInputs(_folder);
        _folder.Write("run.yaml", Specs.Run.Replace(right, wrong, StringComparison.Ordinal));
        var result = await GraftProgram.RunAsync(_folder.Path, "validate", "run.yaml");
        Assert.Equal(1, result.ExitCode);
        var line = Assert.Single(result.Output.Split('\n'), line => line.Length > 0);
        Assert.StartsWith(place, line, StringComparison.Ordinal);
        Assert.Contains(remedy, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Layers_and_lengths_are_held_against_the_model_that_is_named()
    {
        const string Layers = "targetModules: [q_proj, qproj, wte, mlp.up_proj]\n";
        var spec = Specs.Run.Replace("path: model", "builtin: {name: tiny-wordnet}", StringComparison.Ordinal)
            .Replace("rank: 4\n", Layers, StringComparison.Ordinal)
            .Replace("  data:\n", "  data:\n    maxLength: 4096\n", StringComparison.Ordinal);
        Specs.WriteWithInputs(_folder);
        _folder.Write("run.yaml", spec);
        var result = await GraftProgram.RunAsync(_folder.Path, "validate", "run.yaml");
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Contains("targetModules[1]: the model \"small\" has no linear layer called \"qproj\"; did you mean \"q_proj\"?", lines[0], StringComparison.Ordinal);
        Assert.Contains("targetModules[2]:", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("run.yaml:29:16: warning: spec.data.maxLength: records may have 4096 tokens", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_in_which_there_is_nothing_are_a_failure()
    {
        _folder.Write("values.yaml", "replicas: 3\n");
        var result = await GraftProgram.RunAsync(_folder.Path, "validate", "values.yaml");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("none of Graft's resources is in this file", result.Output, StringComparison.Ordinal);
        Assert.Equal("0 resources, 1 error, 0 warnings\n", result.Errors);
    }

    [Fact]
    public async Task What_a_terminal_would_obey_is_shown_and_in_json_exact()
    {
        Specs.WriteWithInputs(_folder);
        _folder.Write("run.yaml", Specs.Run.Replace("rank: 4", "\"r\\e[31m\\n\\u202e\": 4", StringComparison.Ordinal));
        var text = await GraftProgram.RunAsync(_folder.Path, "validate", "run.yaml");
        Assert.Contains("there is no field \"r\\u001b[31m\\u000a\\u202e\" here", text.Output, StringComparison.Ordinal);
        var json = await GraftProgram.RunAsync(_folder.Path, "validate", "run.yaml", "-o", "json");
        Assert.DoesNotContain('\u202e', json.Output);
        using var problems = JsonDocument.Parse(json.Output);
        Assert.Equal(
            "spec.method.lora[\"r\u001b[31m\n\u202e\"]", problems.RootElement[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task A_pipe_that_nothing_is_written_to_is_named_while_it_is_waited_for()
    {
        using (var make = System.Diagnostics.Process.Start("mkfifo", Path.Combine(_folder.Path, "pipe.yaml")))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        using var process = GraftProgram.Start(_folder.Path, null, "validate", "pipe.yaml");
        var line = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.Contains("'pipe.yaml', which is slow or a pipe that nothing is written to", line, StringComparison.Ordinal);
        process.Kill();
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var result = await GraftProgram.RunAsync(_folder.Path, "validate", "nowhere.yaml");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'nowhere.yaml'", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("examples/quickstart")]
    [InlineData("examples/methods/bottleneck")]
    [InlineData("examples/methods/ia3")]
    [InlineData("examples/methods/prefixTuning")]
    [InlineData("examples/methods/promptTuning")]
    [InlineData("examples/kinds/projectionPretrain")]
    public async Task The_examples_of_the_repository_are_valid(string folder)
    {
        var result = await GraftProgram.RunAsync(Repository.Root, "validate", "--strict", folder);
        Assert.True(result.ExitCode == 0, result.Output);
    }

    [Fact]
    public async Task Of_the_example_that_trains_the_base_only_the_folders_are_missing_that_its_script_makes()
    {
        var result = await GraftProgram.RunAsync(Repository.Root, "validate", "examples/base/pretrain.yaml");
        Assert.All(
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches(@"spec\.source\.path: .*artifacts/base/(initial|corpus); .*\[file-not-found\]$", line));
    }
}
