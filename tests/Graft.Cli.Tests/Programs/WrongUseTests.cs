using System.CommandLine;
using Graft.Programs;
using Xunit;

namespace Graft.Cli.Tests.Programs;

/// <summary>What a program says of a command line that is wrong.</summary>
public sealed class WrongUseTests
{
    private readonly Option<string?> _text = new("--text", "-t") { Description = "The text.", HelpName = "TEXT" };
    private readonly Option<bool> _flag = new("--flag", "-f");
    private readonly Argument<string[]> _words = new("WORDS") { Description = "The words.", Arity = ArgumentArity.OneOrMore };
    private readonly Argument<string> _only = new("ONLY") { Description = "One word." };
    private readonly RootCommand _root;

    public WrongUseTests()
    {
        var say = new ExampleCommand("say", "Say words.", "tool say hello", "tool say -f hello") { _text, _flag, _words };
        var name = new Command("name", "Say one word.") { _only };
        say.SetAction(_ => 0);
        name.SetAction(_ => 0);
        _root = new RootCommand { say, new Command("inner", "Holds others.") { name } };
    }

    [Theory]
    [InlineData("say --flga x", "tool say: There is no option --flga; did you mean --flag?")]
    [InlineData("say x --txet=y", "tool say: There is no option --txet; did you mean --text?")]
    [InlineData("say x -q", "tool say: There is no option -q.")]
    [InlineData("say x -fq", "tool say: There is no option -fq.")]
    [InlineData("syy x", "tool: There is no command 'syy'; did you mean say?")]
    [InlineData("inner nam x", "tool inner: There is no command 'nam'; did you mean name?")]
    [InlineData("help syy", "tool help: There is no command 'syy'; did you mean say?")]
    [InlineData("say", "tool say: WORDS is missing: The words.")]
    [InlineData("say x --text", "tool say: --text needs a value, --text TEXT: The text.")]
    [InlineData("inner name a b", "tool inner name: 'b' is one argument too many.")]
    public async Task A_mistake_is_named_with_what_was_meant(string line, string sentence)
    {
        var (status, told) = await RunAsync(line);
        Assert.Equal(2, status);
        var command = sentence.Split(": ")[0];
        Assert.Equal($"{sentence}\n`{command} --help` shows how it is used.\n", told);
    }

    [Theory]
    [InlineData("say -f x")]
    [InlineData("say -- --flga")]
    [InlineData("say --text --flga x")]
    [InlineData("say -tvalue x")]
    [InlineData("say x -fv")]
    [InlineData("say - x")]
    public async Task What_is_right_is_carried_out(string line)
    {
        Assert.Equal((0, ""), await RunAsync(line));
    }

    private async Task<(int Status, string Told)> RunAsync(string line)
    {
        var program = new CommandProgram("tool", _root, 2, _ => null);
        await using var told = new StringWriter { NewLine = "\n" };
        var status = await program.InvokeAsync(line.Split(' '), told, TestContext.Current.CancellationToken);
        return (status, told.ToString());
    }
}
