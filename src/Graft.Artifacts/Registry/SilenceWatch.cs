namespace Graft.Artifacts.Registry;

/// <summary>Notices that a registry keeps still longer than somebody who waits for it should be left without a word.</summary>
/// <param name="time">Measures time.</param>
/// <param name="told">Called once for each silence.</param>
internal sealed class SilenceWatch(TimeProvider time, Action told) : IDisposable
{
    /// <summary>How long nothing need be said.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    private ITimer? _timer;

    /// <summary>From now on the registry is waited for.</summary>
    public void Begin()
    {
        if (_timer is null)
        {
            _timer = time.CreateTimer(_ => told(), null, Longest, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(Longest, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>It is not waited for.</summary>
    public void End() => _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer?.Dispose();
}
