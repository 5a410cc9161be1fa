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
        var targets = TargetSelection.OfSpec(spec.TargetModules, spec.TargetPattern, spec.ExcludeModules).Or(UsualRoles, model);
        var sites = TargetMatcher.Match(targets, model.LinearSites);
        var atInput = spec.FeedforwardModules is { Count: > 0 } names
            ? TargetMatcher.Match(TargetSelection.Of(names), sites)
            : [.. sites.Where(site => site.Roles.HasFlag(LinearRoles.Down))];
        return new Ia3Adapter(model, targets, sites, atInput.Select(site => site.Name).ToHashSet(StringComparer.Ordinal), original: null);
    }
}
