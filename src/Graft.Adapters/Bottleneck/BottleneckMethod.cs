using Graft.Api.Methods;
using Graft.Models;
using Graft.Models.Transformers;

namespace Graft.Adapters.Bottleneck;

/// <summary>Bottleneck adapters: Houlsby's, Pfeiffer's, and He's parallel ones.</summary>
public sealed class BottleneckMethod(BottleneckSpec spec) : IAdapterMethod
{
    public string Name => "bottleneck";

    public IAdapter Attach(IFrozenModel model, AdapterStart start)
    {
        var options = spec.Resolved();
        if (model.Shape.HiddenSize / options.ReductionFactor < 1)
        {
            throw new AdapterException(
                $"reductionFactor {options.ReductionFactor} leaves nothing of the model's width of {model.Shape.HiddenSize}: lower it");
        }

        return new BottleneckAdapter(model, options, [.. Sites(model, options)], start.Seed);
    }

    /// <summary>The halves of blocks that get an adapter, in the order of the forward pass.</summary>
    internal static IEnumerable<BottleneckSite> Sites(IFrozenModel model, BottleneckSpec options)
    {
        foreach (var linear in model.LinearSites)
        {
            if (linear.Roles.HasFlag(LinearRoles.Output) && options.Attention == true)
            {
                yield return Site(linear, "attention_adapters");
            }
            else if (linear.Roles.HasFlag(LinearRoles.Down))
            {
                yield return Site(linear, "output_adapters");
            }
        }
    }

    // model.layers.0.self_attn.o_proj ends the half model.layers.0.self_attn of the block model.layers.0.
    private static BottleneckSite Site(LinearSite last, string place)
    {
        var subLayer = last.Parent;
        return new BottleneckSite(subLayer, $"{subLayer[..subLayer.LastIndexOf('.')]}.{place}");
    }
}

/// <summary>Where one adapter acts.</summary>
/// <param name="SubLayer">The name of the half of a block.</param>
/// <param name="File">What AdapterHub's library calls the place in files.</param>
internal sealed record BottleneckSite(string SubLayer, string File);
