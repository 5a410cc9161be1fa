using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters;

/// <summary>Making the parameters that a method trains.</summary>
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

    /// <summary>Kaiming-uniform values with a = √5: the bound is √(6 / ((1 + a²)·in)) = 1/√in, in being the last size.</summary>
    public static Tensor KaimingUniform(long[] shape, Generator generator)
    {
        var bound = 1 / Math.Sqrt(shape[1]);
        return rand(shape, ScalarType.Float32, generator: generator).mul_(2 * bound).sub_(bound);
    }
}
