namespace Graft.Cli.Tests;

/// <summary>A clock that stands still until it is moved, with one timer that goes off once where its time has come.</summary>
internal sealed class ManualTimer : TimeProvider
{
    private TimeSpan _now;
    private TimeSpan _due;
    private Action? _tick;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        return _now.Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        (_tick, _due) = (() => callback(state), _now + dueTime);
        return new Timer(this);
    }

    public void Advance(TimeSpan span)
    {
        _now += span;
        if (_now >= _due)
        {
            _tick?.Invoke();
        }
    }

    private sealed class Timer(ManualTimer owner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            throw new NotSupportedException();
        }

        public void Dispose()
        {
            owner._tick = null;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
