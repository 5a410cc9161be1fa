using Graft.Models.Hooks;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters;

/// <summary>Something small that is trained on frozen models: parameters, the hooks through which they act, and their file form.</summary>
public interface ITrainedPart : IDisposable
{
    /// <summary>
    /// What an optimizer updates: fp32, in ordinal order of names, which are those of the library whose files are written.
    /// </summary>
    IReadOnlyList<TrainableParameter> Trainable { get; }

    /// <summary>The same in groups that are updated alike; one group of all unless a method says otherwise.</summary>
    IReadOnlyList<ParameterGroup> Groups => [new ParameterGroup(ParameterGroup.Whole, Trainable)];

    /// <summary>
    /// Every tensor a checkpoint must keep: the trainable ones, and constants that another machine might compute differently
    /// (the factors of a decomposition).
    /// </summary>
    IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>How it acts in evaluation and generation, on the model that it is for.</summary>
    ModelHooks Hooks { get; }

    /// <summary>How it acts in training: with dropout, which draws from libtorch's global generator.</summary>
    ModelHooks TrainingHooks { get; }

    /// <summary>Whether it is still as it began: training has not moved it.</summary>
    bool IsUntrained { get; }

    /// <summary>Writes it into an existing folder, in the form that other programs load.</summary>
    /// <param name="folder">Where to write.</param>
    /// <param name="baseModel">What its configuration calls the base model, or null to keep what it was loaded with.</param>
    /// <returns>The names of the files written.</returns>
    IReadOnlyList<string> Save(string folder, string? baseModel = null);
}

/// <summary>A named parameter in training.</summary>
public sealed record TrainableParameter(string Name, Parameter Value);

/// <summary>Parameters that are updated alike.</summary>
/// <param name="Name">What the phases of an objective call it.</param>
/// <param name="Parameters">The parameters.</param>
public sealed record ParameterGroup(string Name, IReadOnlyList<TrainableParameter> Parameters)
{
    /// <summary>The name of the group of a part that has one only.</summary>
    public const string Whole = "all";

    /// <summary>Its learning rate as a multiple of the run's.</summary>
    public double RateScale { get; init; } = 1;

    /// <summary>Its weight decay; null for the run's.</summary>
    public double? WeightDecay { get; init; }
}
