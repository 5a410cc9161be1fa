using Graft.Api.Reporting;
using Spectre.Console;

namespace Graft.Cli.Display;

/// <summary>A line every few seconds, for logs and pipes; also where the trainer has nothing new to tell.</summary>
public sealed class PlainRunView : IRunView
{
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private ProgressEvent _report;
    private long _toldAt;
    private long? _shownAt;
    private string _activity = "";
    private long _step;
    private string? _start;
    private int _warnings;

    /// <summary>Opens a view.</summary>
    /// <param name="console">Where the lines go.</param>
    /// <param name="time">Measures time.</param>
    /// <param name="interval">The time between lines.</param>
    public PlainRunView(IAnsiConsole console, TimeProvider time, TimeSpan interval)
    {
        (_console, _time, _interval) = (console, time, interval);
        _report = new RunProgressState().Report;
        _toldAt = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Repeat(), null, interval, interval);
    }

    public void Update(RunProgressState state)
    {
        lock (_lock)
        {
            if (state.Start is { } start && start != _start)
            {
                _start = start;
                _console.WriteWholeLine(start);
            }

            for (; _warnings < state.Warnings.Count; _warnings++)
            {
                _console.WriteWholeLine("warning: " + state.Warnings[_warnings]);
            }

            _report = state.Report;
            _toldAt = _time.GetTimestamp();
            var isLast = _report.Activity == Activities.Training && _report.Step == _report.TotalSteps && _report.Step != _step;
            if (_report.Activity != _activity || isLast || _shownAt is not { } shown || _time.GetElapsedTime(shown) >= _interval)
            {
                _activity = _report.Activity;
                _step = _report.Step;
                Show("");
            }
        }
    }

    public void Tell(string sentence)
    {
        lock (_lock)
        {
            _console.WriteWholeLine(sentence);
        }
    }

    public ValueTask DisposeAsync()
    {
        return _timer.DisposeAsync();
    }

    /// <summary>Says what the trainer is still at, and for how long it has told nothing new.</summary>
    private void Repeat()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_shownAt ?? 0) >= _interval && _time.GetElapsedTime(_toldAt) is { TotalSeconds: >= 1 } silence)
            {
                Show(silence >= _interval ? $" (for {NumberText.Duration(silence.TotalSeconds)})" : "");
            }
        }
    }

    private void Show(string addition)
    {
        _shownAt = _time.GetTimestamp();
        _console.WriteWholeLine(EventText.Of(_report) + addition);
    }
}
