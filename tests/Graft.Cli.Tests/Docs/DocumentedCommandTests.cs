using System.Text.RegularExpressions;
using Graft.Api.Tests.Documents;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Docs;

/// <summary>The commands in README.md and docs/ are commands that there are, with options that there are.</summary>
public sealed partial class DocumentedCommandTests
{
    private static readonly string[] Programs = ["graft ", "bin/graft ", "kubectl graft "];

    public static TheoryData<string> GraftCommands => [.. Programs.SelectMany(CommandsOf)];

    public static TheoryData<string> MakeCommands => [.. CommandsOf("make ")];

    [Theory]
    [MemberData(nameof(GraftCommands))]
    public async Task A_command_of_graft_is_there_with_its_options(string command)
    {
        var words = Quoted().Replace(command, "TEXT").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var own = words.SkipWhile(word => !word.EndsWith("graft", StringComparison.Ordinal)).Skip(1).ToList();
        var verbs = own[0] == "image" ? own[..2] : own[..1];
        var help = await GraftProgram.RunAsync(Repository.Root, [.. verbs, "--help"]);
        Assert.True(help.ExitCode == 0, help.Errors);
        Assert.Contains($"graft {string.Join(' ', verbs)}", help.Output, StringComparison.Ordinal);
        foreach (var option in own.Where(word => word.StartsWith('-')).Select(word => word.Split('=')[0]))
        {
            Assert.Matches($@"(?m)(^|[ ,]){Regex.Escape(option)}([ ,<\[]|$)", help.Output);
        }
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

    private static IEnumerable<string> CommandsOf(string program)
    {
        return Commands().Where(command => command.StartsWith(program, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Commands()
    {
        return Markdown.Blocks(Repository.Root, "").SelectMany(block => block.Commands).Distinct();
    }

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![\w/.-])(examples|charts|crds|eng|images)/[\w./-]*")]
    private static partial Regex InRepository();
}
