using Graft.Api.Reporting;

namespace Graft.Trainer.Running;

/// <summary>Begins to tell how far a part of an activity is.</summary>
/// <param name="what">What is done.</param>
/// <param name="bytes">How many bytes there are; null where something else is counted.</param>
/// <returns>Takes in how much is done.</returns>
public delegate Action<long> BeginPart(string what, long? bytes = null);

/// <summary>Tells how far a part of an activity is: when it begins, once a second at most while it goes, and when it ends.</summary>
internal sealed class ActivityMeter
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly Action<ActivityProgress, double?> _tell;
    private readonly TimeProvider _time;
    private readonly ActivityProgress _part;
    private readonly long _start;
    private readonly double _after;
    private long _told;

    /// <summary>Begins a part.</summary>
    /// <param name="context">The run.</param>
    /// <param name="activity">One of <see cref="Activities"/>.</param>
    /// <param name="part">What is done, and how much there is of it.</param>
    /// <param name="after">Seconds that the run will take after it; NaN where that is not known.</param>
    public ActivityMeter(RunContext context, string activity, ActivityProgress part, double after = double.NaN)
        : this((told, eta) => context.TellActivity(activity, told, eta), context.Time, part, after)
    {
    }

    /// <summary>Begins a part that is told in any other way.</summary>
    /// <param name="tell">Tells how far it is, and the seconds that the run still takes where they are known.</param>
    /// <param name="time">Measures time.</param>
    /// <param name="part">What is done, and how much there is of it.</param>
    /// <param name="after">Seconds that the run will take after it; NaN where that is not known.</param>
    public ActivityMeter(
        Action<ActivityProgress, double?> tell, TimeProvider time, ActivityProgress part, double after = double.NaN)
    {
        (_tell, _time, _part, _after) = (tell, time, part, after);
        _start = _told = time.GetTimestamp();
        tell(part, null);
    }

    /// <summary>Tells how much is done so far, unless that was told just now.</summary>
    public void Report(long done)
    {
        if (done != _part.Total && _time.GetElapsedTime(_told) < Between)
        {
            return;
        }

        _told = _time.GetTimestamp();
        var elapsed = _time.GetElapsedTime(_start).TotalSeconds;
        double? left = done > 0 && _part.Total is { } total ? elapsed / done * Math.Max(0, total - done) : null;
        _tell(_part with { Done = done, SecondsLeft = left }, left + _after is { } eta && double.IsFinite(eta) ? eta : null);
    }
}
