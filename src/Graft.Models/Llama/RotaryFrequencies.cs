namespace Graft.Models.Llama;

/// <summary>How rotary frequencies are stretched for longer contexts.</summary>
public abstract record RotaryScaling
{
    private RotaryScaling()
    {
    }

    /// <summary>Frequencies as they are.</summary>
    public sealed record Default : RotaryScaling;

    /// <summary>Position interpolation (Chen et al., arXiv:2306.15595): all frequencies divided by the factor.</summary>
    public sealed record Linear(double Factor) : RotaryScaling;

    /// <summary>Llama 3.1's rule: long wavelengths divided by the factor, short ones kept, a linear blend between.</summary>
    public sealed record Llama3(
        double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalPositions) : RotaryScaling;
}

/// <summary>Inverse frequencies of rotary position embeddings.</summary>
public static class RotaryFrequencies
{
    /// <summary>θ^(-2i/headSize) for i = 0 … headSize/2 - 1, scaled.</summary>
    public static float[] Inverse(int headSize, double theta, RotaryScaling scaling)
    {
        var frequencies = new float[headSize / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = (float)Scale(Math.Pow(theta, -2.0 * i / headSize), scaling);
        }

        return frequencies;
    }

    private static double Scale(double frequency, RotaryScaling scaling)
    {
        switch (scaling)
        {
            case RotaryScaling.Linear linear:
                return frequency / linear.Factor;
            case RotaryScaling.Llama3 llama:
                // How often the wave turns over the original context decides: below low it is interpolated, above high it is kept.
                var turns = llama.OriginalPositions * frequency / (2 * Math.PI);
                var kept = Math.Clamp(
                    (turns - llama.LowFrequencyFactor) / (llama.HighFrequencyFactor - llama.LowFrequencyFactor), 0, 1);
                return (kept * frequency) + ((1 - kept) * frequency / llama.Factor);
            default:
                return frequency;
        }
    }
}
