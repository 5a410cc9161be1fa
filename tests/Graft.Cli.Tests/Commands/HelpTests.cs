using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Commands;

/// <summary>What the program says about itself.</summary>
public sealed class HelpTests
{
    private static readonly string[] Commands =
    [
        "run", "sync", "validate", "plan", "explain", "generate", "inspect", "logs", "plot", "pull", "push", "image push",
    ];

    [Fact]
    public async Task Every_command_is_listed_and_its_help_ends_with_examples_of_it()
    {
        var all = await GraftProgram.RunAsync(Repository.Root, "--help");
        foreach (var command in Commands)
        {
            Assert.Contains($"  {command.Split(' ')[0]} ", all.Output, StringComparison.Ordinal);
            var help = await GraftProgram.RunAsync(Repository.Root, ["help", .. command.Split(' ')]);
            Assert.Equal((0, ""), (help.ExitCode, help.Errors));
            Assert.Contains($"\nExamples:\n  graft {command}", help.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", help.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_version_is_a_command_and_an_option()
    {
        var command = await GraftProgram.RunAsync(Repository.Root, "version");
        var option = await GraftProgram.RunAsync(Repository.Root, "--version");
        Assert.Equal((0, option.Output), (command.ExitCode, command.Output));
        Assert.Matches(@"^\d+\.\d+\.\d+", command.Output);
    }

    [Theory]
    [InlineData("generate --prompt p --temperature warm", "--temperature is warm; it must be 0 or more.")]
    [InlineData("run run.yaml --threads many", "--threads is many; it must be 1 or more.")]
    [InlineData("run run.yaml --device gpu", "--device is gpu; it must be auto, cpu or cuda.")]
    [InlineData("validate run.yaml -o xml", "--output is xml; it must be text or json.")]
    public async Task A_value_that_an_option_does_not_take_is_refused_by_its_name(string line, string sentence)
    {
        var result = await GraftProgram.RunAsync(Repository.Root, line.Split(' '));
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(sentence, result.Errors, StringComparison.Ordinal);
    }
}
