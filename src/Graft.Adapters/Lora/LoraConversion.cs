using static TorchSharp.torch;

namespace Graft.Adapters.Lora;

/// <summary>
/// Turns an adapter on a residual base W − sB₀A₀ into a plain one on W: W − sB₀A₀ + sBA = W + s·[B, −B₀]·[A; A₀]. The rank doubles, and
/// α with it (with rsLoRA by √2), so that s stays.
/// </summary>
internal static class LoraConversion
{
    public static LoraOptions Options(LoraOptions options)
    {
        var alphaFactor = options.RsLora ? Math.Sqrt(2) : 2;
        return options with
        {
            Rank = options.Rank * 2,
            Alpha = options.Alpha * alphaFactor,
            RankPattern = options.RankPattern.ToDictionary(item => item.Key, item => item.Value * 2),
            AlphaPattern = options.AlphaPattern.ToDictionary(item => item.Key, item => item.Value * alphaFactor),
            Initialization = LoraInitialization.Default,
        };
    }

    public static Dictionary<string, Tensor> Tensors(IReadOnlyList<TrainableParameter> trainable, IReadOnlyList<LoraLayer> layers)
    {
        using var noGradient = no_grad();
        var tensors = trainable.ToDictionary(p => p.Name, p => (Tensor)p.Value, StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            tensors[LoraAdapter.Key(layer.Site, "lora_A.weight")] = cat([layer.A, layer.InitialA!], 0);
            tensors[LoraAdapter.Key(layer.Site, "lora_B.weight")] = cat([layer.B, layer.InitialB!.neg()], 1);
        }

        return tensors;
    }
}
