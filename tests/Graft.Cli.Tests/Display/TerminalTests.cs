using Graft.Cli.Display;
using Spectre.Console;
using Xunit;

namespace Graft.Cli.Tests.Display;

/// <summary>Nothing that is written to the terminal steers it, whichever way it is written.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Hostile = "a\u001b[2Jb\u0007c\u009b31md\u202ee";
    private const string Shown = "a\\u001b[2Jb\\u0007c\\u009b31md\\u202ee";

    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _errors = new() { NewLine = "\n" };
    private readonly Terminal _terminal;

    public TerminalTests()
    {
        _terminal = Terminal.Of(_output, _errors);
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public void Lines()
    {
        _terminal.WriteLine(Hostile + "\nsecond\r");
        _terminal.WriteErrorLine(Hostile);
        _terminal.ErrorWriter.WriteLine(Hostile);

        Assert.Equal($"{Shown}\nsecond\\u000d\n", _output.ToString());
        Assert.Equal($"{Shown}\n{Shown}\n", _errors.ToString());
    }

    [Fact]
    public void Markup_tables_and_facts()
    {
        _terminal.Out.MarkupLineInterpolated($"[bold]{Hostile}[/]");
        _terminal.Out.Write(new Table().AddColumn("x").AddRow(new Text(Hostile)));
        var facts = new FactList();
        facts.Add(Hostile, Hostile);
        facts.Write(_terminal.Out);

        Assert.Equal(4, _output.ToString().Split(Shown).Length - 1);
        Assert.DoesNotContain('\u001b', _output.ToString());
    }

    [Fact]
    public async Task A_display_that_moves()
    {
        await _terminal.Out.Live(new Text("")).StartAsync(context =>
        {
            context.UpdateTarget(new Rows(Markup.FromInterpolated($"{Hostile}"), new Text("still")));
            return Task.CompletedTask;
        });

        Assert.Contains(Shown, _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", _output.ToString(), StringComparison.Ordinal);
    }
}
