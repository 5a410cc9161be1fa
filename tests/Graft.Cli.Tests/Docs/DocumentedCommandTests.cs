using System.Text.RegularExpressions;
using Graft.Api.Tests.Documents;
using Graft.Cli.Display;
using Graft.Programs;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Docs;

/// <summary>The commands in README.md and docs/ are read by the command line that there is.</summary>
public sealed partial class DocumentedCommandTests
{
    private static readonly string[] Programs = ["graft ", "bin/graft ", "kubectl graft "];

    public static TheoryData<string> GraftCommands => [.. Programs.SelectMany(CommandsOf)];

    public static TheoryData<string> MakeCommands => [.. CommandsOf("make ")];

    [Theory]
    [MemberData(nameof(GraftCommands))]
    public void A_command_of_graft_is_read_by_the_real_command_line(string command)
    {
        Assert.Empty(Mistakes(command));
    }

    [Fact]
    public void The_examples_in_the_help_are_read_by_the_real_command_line()
    {
        var root = CommandLine.Create(Terminal.OfProcess(), default);
        var commands = root.Subcommands.SelectMany(command => command.Subcommands.Count > 0 ? command.Subcommands : [command]).ToList();
        foreach (var command in commands)
        {
            var examples = Assert.IsType<ExampleCommand>(command).Examples;
            Assert.NotEmpty(examples);
            Assert.All(examples, example =>
            {
                Assert.StartsWith("graft ", example, StringComparison.Ordinal);
                Assert.Empty(Mistakes(example));
            });
        }
    }

    [Theory]
    [InlineData("graft run --rerrun x")]
    [InlineData("graft vlidate x")]
    [InlineData("graft generate x")]
    [InlineData("graft run x --device gpu")]
    public void A_command_that_is_wrong_would_be_found(string command)
    {
        Assert.NotEmpty(Mistakes(command));
    }

    [Theory]
    [MemberData(nameof(MakeCommands))]
    public void A_target_of_make_is_there(string command)
    {
        var makefile = File.ReadAllText(Path.Combine(Repository.Root, "Makefile"));
        var target = command.Split(' ')[1];
        Assert.Matches($@"(?m)^{Regex.Escape(target)}:", makefile);
    }

    [Fact]
    public void Files_that_commands_name_are_in_the_repository()
    {
        var named = Commands().SelectMany(command => InRepository().Matches(command).Select(match => match.Value)).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.All(named, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"{path} is not there"));
    }

    private static IReadOnlyList<string> Mistakes(string command)
    {
        var words = Word().Matches(command).Select(match => match.Value.Replace("'", "", StringComparison.Ordinal))
            .SkipWhile(word => !word.EndsWith("graft", StringComparison.Ordinal)).Skip(1).TakeWhile(word => word is not (">" or "|"))
            .ToList();
        var root = CommandLine.Create(Terminal.OfProcess(), default);
        return WrongUse.Of(root, words, LiteralArguments.Parse(root, words));
    }

    private static IEnumerable<string> CommandsOf(string program)
    {
        return Commands().Where(command => command.StartsWith(program, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Commands()
    {
        return Markdown.Blocks(Repository.Root, "").SelectMany(block => block.Commands).Distinct();
    }

    // A shell's words, as far as the documentation needs: without spaces, or with parts in single quotes.
    [GeneratedRegex(@"(?:'[^']*'|[^\s'])+")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<![\w/.-])(examples|charts|crds|eng|images)/[\w./-]*")]
    private static partial Regex InRepository();
}
