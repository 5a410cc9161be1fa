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
    private readonly (ParameterGroup Group, TrainableParameter Parameter, Tensor Mean, Tensor Variance)[] _slots;
    private readonly Dictionary<ParameterGroup, int> _updates;

    /// <summary>Starts with zero moments.</summary>
    /// <param name="groups">What is updated; stays the caller's.</param>
    /// <param name="options">The constants.</param>
    public AdamW(IReadOnlyList<ParameterGroup> groups, AdamWOptions options)
    {
        _options = options;
        _slots = [.. groups.SelectMany(group => group.Parameters.Select(p => (group, p, Zeros(p), Zeros(p))))];
        _updates = groups.ToDictionary(group => group, _ => 0);
    }

    /// <summary>Updates made of each group: as many as there were steps.</summary>
    public int Updates => _updates.Values.DefaultIfEmpty().Max();

    /// <summary>Both moments by <c>PARAMETER.mean</c> and <c>PARAMETER.variance</c>; the tensors themselves.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Moments => _slots.SelectMany(slot => new[]
    {
        KeyValuePair.Create($"{slot.Parameter.Name}.mean", slot.Mean),
        KeyValuePair.Create($"{slot.Parameter.Name}.variance", slot.Variance),
    });

    /// <summary>Updates parameters from their gradients; one without a gradient stays as it is.</summary>
    /// <param name="rate">The learning rate, which each group scales.</param>
    /// <param name="only">The groups to update; null for all.</param>
    public void Update(double rate, IReadOnlySet<string>? only = null)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach (var group in _updates.Keys.Where(group => only?.Contains(group.Name) != false))
        {
            _updates[group]++;
        }

        foreach (var (group, parameter, mean, variance) in _slots.Where(slot => only?.Contains(slot.Group.Name) != false))
        {
            if (parameter.Value.grad is not { } gradient)
            {
                continue;
            }

            var meanCorrection = 1 - Math.Pow(_options.Beta1, _updates[group]);
            var varianceCorrection = Math.Sqrt(1 - Math.Pow(_options.Beta2, _updates[group]));
            var scaled = rate * group.RateScale;
            if ((group.WeightDecay ?? _options.WeightDecay) is var decay && decay != 0)
            {
                parameter.Value.mul_(1 - (scaled * decay));
            }

            mean.lerp_(gradient, 1 - _options.Beta1);
            variance.mul_(_options.Beta2).addcmul_(gradient, gradient, 1 - _options.Beta2);
            var denominator = variance.sqrt().div_(varianceCorrection).add_(_options.Epsilon);
            parameter.Value.addcdiv_(mean, denominator, -scaled / meanCorrection);
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

        foreach (var group in _updates.Keys)
        {
            _updates[group] = updates;
        }
    }

    public void Dispose()
    {
        foreach (var (_, _, mean, variance) in _slots)
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
