using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>
/// Rotary position embedding (Su et al., RoFormer, arXiv:2104.09864) in the rotate-half layout of Hugging Face checkpoints.
/// Tables are computed in fp32 and then take the element type of what they rotate.
/// </summary>
/// <param name="Cosine">[B or 1, 1, T, headSize].</param>
/// <param name="Sine">[B or 1, 1, T, headSize].</param>
internal sealed record RotaryTables(Tensor Cosine, Tensor Sine)
{
    /// <summary>The tables for positions [B or 1, T] and inverse frequencies [headSize/2] in fp32.</summary>
    public static RotaryTables For(Tensor positions, Tensor inverseFrequencies, ScalarType type)
    {
        var angles = positions.to(ScalarType.Float32).unsqueeze(-1) * inverseFrequencies;
        var both = cat([angles, angles], -1).unsqueeze(1);
        return new RotaryTables(both.cos().to(type), both.sin().to(type));
    }

    /// <summary>Rotates heads [B, heads, T, headSize].</summary>
    public Tensor Rotate(Tensor heads)
    {
        var half = heads.shape[3] / 2;
        var turned = cat([heads.narrow(3, half, half).neg(), heads.narrow(3, 0, half)], -1);
        return (heads * Cosine) + (turned * Sine);
    }
}
