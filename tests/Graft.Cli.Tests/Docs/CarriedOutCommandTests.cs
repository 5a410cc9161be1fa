using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Graft.Api.Tests.Documents;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Docs;

/// <summary>Every documented command that needs no cluster is carried out as it is printed.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class CarriedOutCommandTests(ReaderFolder folder) : IClassFixture<ReaderFolder>
{
    public static TheoryData<string> Commands => [.. DocumentedCommands.CarriedOut];

    public static TheoryData<string> Samples =>
        [.. Blocks().Select(block => block.Commands.First()).Where(command => !command.Contains("generate", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task It_does_what_is_said(string command)
    {
        SkipWithoutTraining();
        var filled = DocumentedCommands.Filled(command);
        Assert.DoesNotMatch(Placeholder(), filled);
        var result = await folder.RunAsync(filled);
        var expected = DocumentedCommands.ExitCodes.GetValueOrDefault(command);
        Assert.True(result.ExitCode == expected, $"{filled}\n{result.Output}{result.Errors}");
        Assert.NotEmpty(result.Output + result.Errors);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task It_prints_what_is_shown(string command)
    {
        SkipWithoutTraining();
        var shown = Blocks().Single(block => block.Commands.Contains(command)).Output;
        var result = await folder.RunAsync(command);
        var pattern = Regex.Escape(shown).Replace("…", ".*", StringComparison.Ordinal);
        Assert.Matches($"^{pattern}", result.Output + result.Errors);
    }

    [Fact]
    public void Reasons_and_exit_statuses_are_of_commands_that_are_documented()
    {
        var all = DocumentedCommands.All.ToHashSet();
        Assert.Empty(DocumentedCommands.NotHere.Keys.Concat(DocumentedCommands.ExitCodes.Keys).Except(all));
        var words = all.SelectMany(command => command.Split(' ')).ToHashSet();
        Assert.Empty(DocumentedCommands.Placeholders.Keys.Except(words));
    }

    private void SkipWithoutTraining()
    {
        Assert.SkipWhen(folder.Trained is null, "graft-trainer is not built");
        Assert.True(folder.Trained.ExitCode == 0, folder.Trained.Output + folder.Trained.Errors);
    }

    private static IEnumerable<CodeBlock> Blocks()
    {
        return Markdown.Blocks(Repository.Root, "").Where(block => block.Output.Length > 0);
    }

    // A word in capitals that nothing was put for, and what a synopsis is made of.
    [GeneratedRegex(@"(?<![\w'=/])[A-Z]{2,}(?![\w=])|[…\[\]]")]
    private static partial Regex Placeholder();
}
