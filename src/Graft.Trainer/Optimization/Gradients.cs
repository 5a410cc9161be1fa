using Graft.Adapters;
using static TorchSharp.torch;

namespace Graft.Trainer.Optimization;

/// <summary>Operations on the gradients of all trained parameters.</summary>
public static class Gradients
{
    /// <summary>PyTorch's guard against division by zero in clipping.</summary>
    private const double ClippingEpsilon = 1e-6;

    /// <summary>Scales the gradients so that their joint Euclidean norm is at most a limit.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="limit">The limit; 0 leaves the gradients as they are.</param>
    /// <returns>The norm before scaling.</returns>
    public static double Clip(IReadOnlyList<TrainableParameter> parameters, double limit)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. parameters.Select(p => p.Value.grad).OfType<Tensor>()];
        if (gradients.Length == 0)
        {
            return 0;
        }

        double norm = stack(gradients.Select(g => g.norm())).norm().item<float>();
        var scale = limit / (norm + ClippingEpsilon);
        if (limit > 0 && scale < 1)
        {
            foreach (var gradient in gradients)
            {
                gradient.mul_(scale);
            }
        }

        return norm;
    }

    /// <summary>Multiplies all gradients.</summary>
    public static void Scale(IReadOnlyList<TrainableParameter> parameters, double factor)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach (var parameter in parameters)
        {
            parameter.Value.grad?.mul_(factor);
        }
    }

    /// <summary>Sets all gradients to zero, keeping their memory.</summary>
    public static void Clear(IReadOnlyList<TrainableParameter> parameters)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach (var parameter in parameters)
        {
            parameter.Value.grad?.zero_();
        }
    }
}
