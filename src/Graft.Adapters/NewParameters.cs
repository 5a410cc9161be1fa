using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters;

/// <summary>Making the parameters that a method trains, and telling whether they are still as they were made.</summary>
internal static class NewParameters
{
    /// <summary>A parameter in fp32 with a copy of these values, which no dispose scope ends.</summary>
    /// <param name="values">The values.</param>
    /// <param name="device">Where it lives; without it, where the values are.</param>
    public static Parameter CopyOf(Tensor values, Device? device = null)
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(values.detach().contiguous().to(ScalarType.Float32, device ?? values.device, copy: true));
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    /// <summary>Whether a parameter has exactly these values.</summary>
    public static bool AreEqual(Tensor parameter, Tensor values)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return parameter.eq(values).all().item<bool>();
    }

    /// <summary>Whether any of its values is not zero.</summary>
    public static bool Any(Tensor parameter)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return parameter.any().item<bool>();
    }

    /// <summary>Kaiming-uniform values with a = √5: the bound is √(6 / ((1 + a²)·in)) = 1/√in, in being the last size.</summary>
    public static Tensor KaimingUniform(long[] shape, Generator generator) => Uniform(shape, shape[1], generator);

    /// <summary>Values as PyTorch draws the weight and the bias of a linear layer: uniform within 1/√in.</summary>
    public static Tensor Uniform(long[] shape, long inputs, Generator generator)
    {
        var bound = 1 / Math.Sqrt(inputs);
        return rand(shape, ScalarType.Float32, generator: generator).mul_(2 * bound).sub_(bound);
    }
}
