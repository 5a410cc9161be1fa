using static TorchSharp.torch;

namespace Graft.Adapters;

/// <summary>What is trained on one frozen model.</summary>
public interface IAdapter : ITrainedPart
{
    /// <summary>Whether a new one leaves the model's results as they are. What stands in front of the input never does.</summary>
    bool BeginsAsBase => true;

    /// <summary>Whether what it does can be folded into the base weights.</summary>
    bool IsMergeable => true;

    /// <summary>
    /// The base weights with the adapter folded in, by parameter name, in the stored type and layout; weights it does not touch are absent.
    /// As a set of hooks' <see cref="Graft.Models.Hooks.ModelHooks.Weights"/> they make the merged model; dropping them unmerges it,
    /// exactly. They belong to the caller's dispose scope.
    /// </summary>
    /// <exception cref="AdapterException">A merged weight is not finite, or nothing can be merged.</exception>
    IReadOnlyDictionary<string, Tensor> Merge();
}
