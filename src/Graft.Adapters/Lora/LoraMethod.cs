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
        var targets = Options.Targets ?? new TargetSelection();
        targets = targets.Or(UsualRoles, model);
        var options = Options with { Targets = targets };
        var sites = TargetMatcher.Match(targets, model.LinearSites);
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
                    $"the {what} pattern '{key}' matches none of the adapted modules: {NameList.Of(TargetMatcher.Leaves(sites))}");
            }
        }
    }
}
