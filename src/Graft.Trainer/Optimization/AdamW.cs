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
    private readonly Group[] _groups;

    /// <summary>Starts with zero moments.</summary>
    /// <param name="groups">What is updated; stays the caller's.</param>
    /// <param name="options">The constants.</param>
    public AdamW(IReadOnlyList<ParameterGroup> groups, AdamWOptions options)
    {
        _options = options;
        _groups = [.. groups.Select(group => new Group(group))];
    }

    /// <summary>Updates made of each group: as many as there were steps.</summary>
    public int Updates => _groups.Select(group => group.Updates).DefaultIfEmpty().Max();

    /// <summary>Both moments by <c>PARAMETER.mean</c> and <c>PARAMETER.variance</c>; the tensors themselves.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Moments => _groups.SelectMany(group => group.Slots).SelectMany(slot => new[]
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
        foreach (var group in _groups.Where(group => only?.Contains(group.Settings.Name) != false))
        {
            Update(group, rate * group.Settings.RateScale, group.Settings.WeightDecay ?? _options.WeightDecay);
        }
    }

    private void Update(Group group, double rate, double decay)
    {
        group.Updates++;
        var meanCorrection = 1 - Math.Pow(_options.Beta1, group.Updates);
        var varianceCorrection = Math.Sqrt(1 - Math.Pow(_options.Beta2, group.Updates));
        foreach (var (parameter, mean, variance) in group.Slots)
        {
            if (parameter.Value.grad is not { } gradient)
            {
                continue;
            }

            if (decay != 0)
            {
                parameter.Value.mul_(1 - (rate * decay));
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

        foreach (var group in _groups)
        {
            group.Updates = updates;
        }
    }

    public void Dispose()
    {
        foreach (var (_, mean, variance) in _groups.SelectMany(group => group.Slots))
        {
            mean.Dispose();
            variance.Dispose();
        }
    }

    /// <summary>A group of parameters with their moments.</summary>
    private sealed class Group(ParameterGroup settings)
    {
        public ParameterGroup Settings { get; } = settings;

        public (TrainableParameter Parameter, Tensor Mean, Tensor Variance)[] Slots { get; } =
            [.. settings.Parameters.Select(parameter => (parameter, Zeros(parameter), Zeros(parameter)))];

        public int Updates { get; set; }

        private static Tensor Zeros(TrainableParameter parameter)
        {
            using var noGradient = no_grad();
            return zeros_like(parameter.Value).DetachFromDisposeScope();
        }
    }
}
