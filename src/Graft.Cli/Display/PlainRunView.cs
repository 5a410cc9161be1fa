using Graft.Api.Reporting;
using Spectre.Console;

namespace Graft.Cli.Display;

/// <summary>A line every few seconds, for logs and pipes.</summary>
public sealed class PlainRunView(IAnsiConsole console, TimeProvider time, TimeSpan interval) : IRunView
{
    private long? _shownAt;
    private string _activity = "";
    private long _step;
    private string? _start;
    private int _warnings;

    public void Update(RunProgressState state)
    {
        if (state.Start is { } start && start != _start)
        {
            _start = start;
            console.WriteWholeLine(start);
        }

        for (; _warnings < state.Warnings.Count; _warnings++)
        {
            console.WriteWholeLine("warning: " + state.Warnings[_warnings]);
        }

        var report = state.Report;
        var isLast = report.Activity == Activities.Training && report.Step == report.TotalSteps && report.Step != _step;
        if (report.Activity != _activity || isLast || _shownAt is not { } shown || time.GetElapsedTime(shown) >= interval)
        {
            _activity = report.Activity;
            _step = report.Step;
            _shownAt = time.GetTimestamp();
            console.WriteLine(EventText.Of(report)!);
        }
    }

    public void Tell(string sentence)
    {
        console.WriteWholeLine(sentence);
    }

    public ValueTask DisposeAsync()
    {
        return ValueTask.CompletedTask;
    }
}
