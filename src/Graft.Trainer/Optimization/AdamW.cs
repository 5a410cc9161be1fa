using Graft.Adapters;
using static TorchSharp.torch;

namespace Graft.Trainer.Optimization;

/// <summary>AdamW's constants.</summary>
public sealed record AdamWOptions(double Beta1, double Beta2, double Epsilon, double WeightDecay);

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101), in PyTorch's order of operations. Its state is plain
/// tensors by the parameters' names, so that a checkpoint restores it to the bit; torch.optim's state cannot be set from outside.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly AdamWOptions _options;
    private readonly (TrainableParameter Parameter, Tensor Mean, Tensor Variance)[] _slots;

    /// <summary>Starts with zero moments.</summary>
    /// <param name="parameters">What is updated; stays the caller's.</param>
    /// <param name="options">The constants.</param>
    public AdamW(IEnumerable<TrainableParameter> parameters, AdamWOptions options)
    {
        _options = options;
        _slots = [.. parameters.Select(p => (p, Zeros(p), Zeros(p)))];
    }

    /// <summary>Updates made.</summary>
    public int Updates { get; private set; }

    /// <summary>Both moments by <c>PARAMETER.mean</c> and <c>PARAMETER.variance</c>; the tensors themselves.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Moments => _slots.SelectMany(slot => new[]
    {
        KeyValuePair.Create($"{slot.Parameter.Name}.mean", slot.Mean),
        KeyValuePair.Create($"{slot.Parameter.Name}.variance", slot.Variance),
    });

    /// <summary>Updates all parameters from their gradients; one without a gradient stays as it is.</summary>
    public void Update(double rate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Updates++;
        var meanCorrection = 1 - Math.Pow(_options.Beta1, Updates);
        var varianceCorrection = Math.Sqrt(1 - Math.Pow(_options.Beta2, Updates));
        foreach (var (parameter, mean, variance) in _slots)
        {
            if (parameter.Value.grad is not { } gradient)
            {
                continue;
            }

            if (_options.WeightDecay != 0)
            {
                parameter.Value.mul_(1 - (rate * _options.WeightDecay));
            }

            mean.lerp_(gradient, 1 - _options.Beta1);
            variance.mul_(_options.Beta2).addcmul_(gradient, gradient, 1 - _options.Beta2);
            var denominator = variance.sqrt().div_(varianceCorrection).add_(_options.Epsilon);
            parameter.Value.addcdiv_(mean, denominator, -rate / meanCorrection);
        }
    }

    /// <summary>Sets the state to one that was saved.</summary>
    /// <param name="updates">Updates made until then.</param>
    /// <param name="moments">A tensor for each name of <see cref="Moments"/>.</param>
    public void Restore(int updates, IReadOnlyDictionary<string, Tensor> moments)
    {
        using var noGradient = no_grad();
        foreach (var (name, tensor) in Moments)
        {
            tensor.copy_(moments[name]);
        }

        Updates = updates;
    }

    public void Dispose()
    {
        foreach (var (_, mean, variance) in _slots)
        {
            mean.Dispose();
            variance.Dispose();
        }
    }

    private static Tensor Zeros(TrainableParameter parameter)
    {
        using var noGradient = no_grad();
        return zeros_like(parameter.Value).DetachFromDisposeScope();
    }
}
