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

    /// <summary>Seconds that measuring all on the held-out records takes; 0 while that is not known.</summary>
    public double EvaluationSeconds { get; set; }

    /// <summary>Seconds that measuring the loss on them takes; 0 while that is not known.</summary>
    public double LossSeconds { get; set; }

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

    /// <summary>Seconds until a run is measured to its end.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="evaluateEvery">The loss is measured after each so many steps, the last one excepted; 0 for never.</param>
    public double Left(int step, int total, int evaluateEvery)
    {
        var measurements = evaluateEvery > 0 ? ((total - 1) / evaluateEvery) - (step / evaluateEvery) : 0;
        return ((total - step) * _secondsPerStep) + (Math.Max(0, measurements) * LossSeconds) + EvaluationSeconds;
    }
}
