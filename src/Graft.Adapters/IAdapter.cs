using Graft.Models.Hooks;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters;

/// <summary>The trained part of one run on one frozen model: parameters, the hooks through which they act, and their file form.</summary>
public interface IAdapter : IDisposable
{
    /// <summary>
    /// What an optimizer updates: fp32, in ordinal order of names, which are those of the library whose files are written.
    /// </summary>
    IReadOnlyList<TrainableParameter> Trainable { get; }

    /// <summary>
    /// Every tensor a checkpoint must keep: the trainable ones, and constants that another machine might compute differently
    /// (the factors of a decomposition).
    /// </summary>
    IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>How the adapter acts in evaluation and generation.</summary>
    ModelHooks Hooks { get; }

    /// <summary>How it acts in training: with dropout, which draws from libtorch's global generator.</summary>
    ModelHooks TrainingHooks { get; }

    /// <summary>Whether it is still as it began: training has not moved it.</summary>
    bool IsUntrained { get; }

    /// <summary>Whether a new one leaves the model's results as they are. What stands in front of the input never does.</summary>
    bool BeginsAsBase => true;

    /// <summary>Whether what it does can be folded into the base weights.</summary>
    bool IsMergeable => true;

    /// <summary>
    /// The base weights with the adapter folded in, by parameter name, in the stored type and layout; weights it does not touch are absent.
    /// As <see cref="ModelHooks.Weights"/> they make the merged model; dropping them unmerges it, exactly. They belong to the
    /// caller's dispose scope.
    /// </summary>
    /// <exception cref="AdapterException">A merged weight is not finite, or nothing can be merged.</exception>
    IReadOnlyDictionary<string, Tensor> Merge();

    /// <summary>Writes the adapter into an existing folder, in the form that other programs load.</summary>
    /// <param name="folder">Where to write.</param>
    /// <param name="baseModel">What the adapter's configuration calls its base, or null to keep what it was loaded with.</param>
    /// <returns>The names of the files written.</returns>
    IReadOnlyList<string> Save(string folder, string? baseModel = null);
}

/// <summary>A named parameter in training.</summary>
public sealed record TrainableParameter(string Name, Parameter Value);
