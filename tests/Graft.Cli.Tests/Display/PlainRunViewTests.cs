using Graft.Api.Reporting;
using Graft.Cli.Display;
using Spectre.Console;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class PlainRunViewTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly ManualTimer _clock = new();
    private readonly RunProgressState _state = new();

    public void Dispose()
    {
        _output.Dispose();
    }

    [Fact]
    public void Lines_come_at_intervals_and_the_last_step_always()
    {
        var view = View();
        for (var step = 1; step <= 20; step++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Tell(view, $$"""{"event":"progress","activity":"Training","step":{{step}},"totalSteps":20,"loss":2.5,"tokensPerSecond":1234.5,"etaSeconds":65}""");
        }

        Assert.Equal(
            ["step 1/20", "step 5/20", "step 10/20", "step 15/20", "step 20/20"],
            Lines().Select(line => line.Split("  ")[0]));
        Assert.Equal("step 1/20  loss 2.5000  1,235 tokens/s  ETA 1m05s", Lines()[0]);
    }

    [Fact]
    public void A_warning_and_a_new_activity_are_told_at_once()
    {
        var view = View();
        Tell(view, """{"event":"progress","activity":"Loading","step":0,"totalSteps":0}""");
        Tell(view, """{"event":"warning","message":"Two records are cut."}""");
        Tell(view, """{"event":"progress","activity":"Evaluating","step":0,"totalSteps":20}""");
        Assert.Equal(["Loading", "warning: Two records are cut.", "Evaluating"], Lines());
    }

    [Fact]
    public void A_trainer_that_tells_nothing_for_a_while_is_told_of_all_the_same()
    {
        var view = View();
        Tell(view, """{"event":"progress","activity":"Loading","part":{"what":"models"}}""");
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(["Loading: models"], Lines());
        _clock.Advance(TimeSpan.FromSeconds(2));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["Loading: models", "Loading: models (for 6s)", "Loading: models (for 11s)"], Lines());
    }

    [Fact]
    public void Parts_of_an_activity_are_told_at_intervals()
    {
        var view = View();
        for (var done = 0; done <= 8; done++)
        {
            Tell(view, $$$"""{"event":"progress","activity":"Evaluating","part":{"what":"records","done":{{{done}}},"total":8}}""");
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(
            ["Evaluating: records, 0 of 8", "Evaluating: records, 2 of 8", "Evaluating: records, 5 of 8", "Evaluating: records, 8 of 8"],
            Lines());
    }

    private PlainRunView View()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No });
        return new PlainRunView(console, _clock, TimeSpan.FromSeconds(5));
    }

    private void Tell(PlainRunView view, string line)
    {
        _state.Apply(EventJson.Parse(line)!);
        view.Update(_state);
    }

    private string[] Lines()
    {
        return _output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
