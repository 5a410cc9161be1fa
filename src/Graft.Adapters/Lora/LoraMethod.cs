using Graft.Adapters.Targets;
using Graft.Models;
using Graft.Models.Transformers;

namespace Graft.Adapters.Lora;

/// <summary>LoRA and its relatives rsLoRA, DoRA, PiSSA and OLoRA: low-rank updates of chosen linear layers.</summary>
public sealed class LoraMethod(LoraOptions options) : IAdapterMethod
{
    /// <summary>What published adapters usually adapt.</summary>
    private const LinearRoles UsualRoles = LinearRoles.Query | LinearRoles.Value;

    public string Name => "lora";

    /// <summary>The options, as given.</summary>
    public LoraOptions Options { get; } = options;

    public IAdapter Attach(IFrozenModel model, AdapterStart start)
    {
        Options.Validate();
        var targets = ResolvedTargets.Of((Options.Targets ?? new TargetSelection()).Or(UsualRoles, model), model, canNameLayers: true);
        var (sites, options) = (targets.Sites, Options with { Targets = targets.Published });
        RequireUsed(options.RankPattern.Keys, "rank", sites);
        RequireUsed(options.AlphaPattern.Keys, "alpha", sites);
        return LoraAdapter.Create(model, options, sites, start.Seed, original: null);
    }

    private static void RequireUsed(IEnumerable<string> keys, string what, IReadOnlyList<LinearSite> sites)
    {
        foreach (var key in keys)
        {
            if (!sites.Any(site => TargetMatcher.ByPattern(new Dictionary<string, int> { [key] = 0 }, site.Name) is not null))
            {
                throw new AdapterException(
                    $"the {what} pattern '{key}' matches none of the adapted modules: {NameList.Of(ModuleNames.Leaves(sites.Select(site => site.Name)))}");
            }
        }
    }
}
