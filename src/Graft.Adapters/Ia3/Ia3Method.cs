using Graft.Adapters.Targets;
using Graft.Api.Methods;
using Graft.Models;
using Graft.Models.Transformers;

namespace Graft.Adapters.Ia3;

/// <summary>IA3 (Liu et al. 2022, arXiv:2205.05638): learned vectors that scale what chosen linear layers give or take.</summary>
public sealed class Ia3Method(Ia3Spec spec) : IAdapterMethod
{
    /// <summary>What the paper scales: keys, values, and the activations inside the feed-forward part.</summary>
    private const LinearRoles UsualRoles = LinearRoles.Key | LinearRoles.Value | LinearRoles.Down;

    public string Name => "ia3";

    public IAdapter Attach(IFrozenModel model, AdapterStart start)
    {
        var selection = TargetSelection.OfSpec(spec.TargetModules, spec.TargetPattern, spec.ExcludeModules).Or(UsualRoles, model);
        return new Ia3Adapter(model, Ia3Targets.Of(selection, spec.FeedforwardModules, model), original: null);
    }
}
