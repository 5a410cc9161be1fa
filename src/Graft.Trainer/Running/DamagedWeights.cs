using Graft.Models;
using Graft.Trainer.Parts;
using static TorchSharp.torch;

namespace Graft.Trainer.Running;

/// <summary>
/// Looks for frozen weights that are no numbers, once a loss is none: no learning rate makes up for them. Before, it would cost every run
/// a look at every weight.
/// </summary>
internal static class DamagedWeights
{
    /// <summary>The failure that names the first such tensor; null where all weights are finite.</summary>
    public static ModelException? Find(PartGraph parts)
    {
        using var noGradient = no_grad();
        foreach (var model in parts.Models.Values)
        {
            foreach (var (name, weight) in model.Parameters)
            {
                using var scope = NewDisposeScope();
                if (!weight.isfinite().all().item<bool>())
                {
                    return new ModelException(
                        $"{model.Folder}: the tensor '{name}' holds values that are NaN or infinite (as {weight.dtype}), so that the loss is none: "
                        + "download the model again" + (weight.dtype == ScalarType.Float16 ? ", or set training.precision to bfloat16 or float32" : ""));
                }
            }
        }

        return null;
    }
}
