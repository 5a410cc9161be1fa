namespace Graft.Trainer.Running;

/// <summary>How fast training goes: over the last steps for the display, over all of them for the result.</summary>
public sealed class Pace
{
    /// <summary>The weight of the newest step in the moving averages.</summary>
    private const double Newest = 0.1;

    private double _tokensPerStep;
    private double _secondsPerStep;

    /// <summary>Creates a pace; a resumed run continues its checkpoint's sums.</summary>
    public Pace(double seconds = 0, long tokens = 0)
    {
        Seconds = seconds;
        Tokens = tokens;
    }

    /// <summary>Seconds in optimizer steps; evaluation, checkpoints and loading do not count.</summary>
    public double Seconds { get; private set; }

    /// <summary>Tokens that went through the model in them.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens a second over the whole training; null before the first step.</summary>
    public double? Overall => Seconds > 0 ? Tokens / Seconds : null;

    /// <summary>Tokens a second lately.</summary>
    public double? Recent => _secondsPerStep > 0 ? _tokensPerStep / _secondsPerStep : null;

    /// <summary>Counts a step.</summary>
    public void Add(int tokens, TimeSpan time)
    {
        var weight = _secondsPerStep > 0 ? Newest : 1;
        _secondsPerStep += weight * (time.TotalSeconds - _secondsPerStep);
        _tokensPerStep += weight * (tokens - _tokensPerStep);
        Seconds += time.TotalSeconds;
        Tokens += tokens;
    }

    /// <summary>Seconds that so many steps will take.</summary>
    public double Left(int steps) => steps * _secondsPerStep;
}
