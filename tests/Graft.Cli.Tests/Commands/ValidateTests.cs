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
        using var process = GraftProgram.Start(_folder.Path, null, "validate", "-");
        await process.StandardInput.WriteAsync(Specs.Run.Replace("rank: 4", "rnk: 4", StringComparison.Ordinal));
        var result = await GraftProgram.FinishAsync(process);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("stdin:27:", result.Output, StringComparison.Ordinal);
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

    [Fact]
    public async Task The_examples_of_the_repository_are_valid()
    {
        var result = await GraftProgram.RunAsync(
            Repository.Root, "validate", "--strict", "examples/quickstart", "examples/base/pretrain.yaml");
        Assert.True(result.ExitCode == 0, result.Output);
    }
}
