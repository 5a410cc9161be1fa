using Graft.Api.Reporting;
using Graft.Common;

namespace Graft.Programs;

/// <summary>
/// Says on standard error what a command is at once that takes more than a moment: on a terminal in a line that is replaced, else in a
/// line every few seconds.
/// </summary>
public sealed class ActivityLine : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly TextWriter _output;
    private readonly bool _isReplaced;
    private readonly TimeProvider _time;
    private readonly int _width;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private ActivityProgress _part;
    private long _start;
    private bool _isShown;
    private bool _isOver;

    /// <summary>Begins an activity.</summary>
    /// <param name="output">Where it is shown; what is written there is not made visible again.</param>
    /// <param name="isReplaced">Whether that is a terminal.</param>
    /// <param name="time">Measures time.</param>
    /// <param name="part">What is done, and how much there is of it.</param>
    /// <param name="width">The columns of a terminal: only what fits into one of its lines can be replaced.</param>
    public ActivityLine(TextWriter output, bool isReplaced, TimeProvider time, ActivityProgress part, int width = int.MaxValue)
    {
        (_output, _isReplaced, _time, _part, _width) = (output, isReplaced, time, part, width);
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Show(), null, isReplaced ? Moment : PlainInterval, isReplaced ? Refresh : PlainInterval);
    }

    /// <summary>Takes in how much is done.</summary>
    public void Report(long done)
    {
        lock (_lock)
        {
            _part = _part with { Done = done };
        }
    }

    /// <summary>Takes in how much more is done.</summary>
    public void Add(int more)
    {
        lock (_lock)
        {
            _part = _part with { Done = _part.Done + more };
        }
    }

    /// <summary>Takes in what is done now and how much of it. Another thing, or another amount of it, begins anew.</summary>
    public void Report(ActivityProgress part)
    {
        lock (_lock)
        {
            if ((part.What, part.Total) != (_part.What, _part.Total))
            {
                _start = _time.GetTimestamp();
            }

            _part = part;
        }
    }

    /// <summary>Says something that stays.</summary>
    public void Tell(string sentence)
    {
        lock (_lock)
        {
            _output.Write($"{(_isShown && _isReplaced ? "\r\e[K" : "")}{VisibleText.Lines(sentence)}\n");
            _output.Flush();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer.Dispose();
            if (!_isOver && _isShown && _isReplaced)
            {
                _output.Write("\r\e[K");
                _output.Flush();
            }

            _isOver = true;
        }
    }

    private void Show()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _isShown = true;
            var (done, elapsed) = (_part.Done, _time.GetElapsedTime(_start).TotalSeconds);
            double? left = done > 0 && _part.Total is { } total ? elapsed / done * Math.Max(0, total - done) : null;
            var text = VisibleText.Lines($"{EventText.Part(_part with { SecondsLeft = left })} ({NumberText.Duration(elapsed)})");
            _output.Write(_isReplaced ? $"\r\e[K{text[..Math.Min(text.Length, Math.Max(0, _width - 1))]}" : text + "\n");
            _output.Flush();
        }
    }
}
