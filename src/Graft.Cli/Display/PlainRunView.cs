using System.Globalization;
using Graft.Api.Planning;
using Spectre.Console;

namespace Graft.Cli.Display;

/// <summary>A line every few seconds, for logs and pipes.</summary>
public sealed class PlainRunView(IAnsiConsole console, TimeProvider clock, TimeSpan interval) : IRunView
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
            console.Profile.Out.Writer.WriteLine(start);
        }

        for (; _warnings < state.Warnings.Count; _warnings++)
        {
            console.Profile.Out.Writer.WriteLine("warning: " + state.Warnings[_warnings]);
        }

        var report = state.Report;
        var isLast = report.Activity == "Training" && report.Step == report.TotalSteps && report.Step != _step;
        if (report.Activity != _activity || isLast || _shownAt is not { } shown || clock.GetElapsedTime(shown) >= interval)
        {
            _activity = report.Activity;
            _step = report.Step;
            _shownAt = clock.GetTimestamp();
            console.WriteLine(Line(report));
        }
    }

    public ValueTask DisposeAsync()
    {
        return ValueTask.CompletedTask;
    }

    private static string Line(ProgressReport report)
    {
        return report.TotalSteps == 0 || report.Activity != "Training"
            ? report.Activity
            : string.Create(
                CultureInfo.InvariantCulture,
                $"step {report.Step}/{report.TotalSteps}  loss {Figures.Loss(report.Loss)}  {Figures.Count(report.TokensPerSecond)} tokens/s  ETA {Figures.Duration(report.EtaSeconds)}");
    }
}
