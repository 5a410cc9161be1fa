using Graft.Models;
using Graft.Models.Transformers;

namespace Graft.Adapters.Targets;

/// <summary>
/// The layers that a method adapts, and the names by which a published configuration says so: not the words of the spec, which may match
/// modules that Graft leaves alone and PEFT does not, but the fewest that PEFT resolves to exactly these layers.
/// </summary>
/// <param name="Sites">The layers, in the model's order.</param>
/// <param name="Published">The names: suffixes, of some blocks only where that is shorter.</param>
internal sealed record ResolvedTargets(IReadOnlyList<LinearSite> Sites, TargetSelection Published)
{
    /// <summary>Resolves what a spec chooses.</summary>
    /// <param name="selection">The choice.</param>
    /// <param name="model">The model.</param>
    /// <param name="canNameLayers">Whether the method's configuration can name blocks (<c>layers_to_transform</c>).</param>
    /// <exception cref="AdapterException">Nothing matches, a name matches nothing, or no names say what matches.</exception>
    public static ResolvedTargets Of(TargetSelection selection, IFrozenModel model, bool canNameLayers)
    {
        var modules = ModuleNames.Of(model);
        var sites = TargetMatcher.Match(selection, model.LinearSites, modules);
        var chosen = sites.Select(site => site.Name).ToHashSet(StringComparer.Ordinal);
        var published = Shortest(chosen, modules, canNameLayers);
        Check(published, chosen, modules);
        return new ResolvedTargets(sites, published);
    }

    /// <summary>Fails where names would not bring a reader to exactly the layers that are adapted.</summary>
    /// <param name="published">The names.</param>
    /// <param name="chosen">The adapted layers.</param>
    /// <param name="modules">All modules of the model.</param>
    /// <exception cref="AdapterException">They say something else.</exception>
    internal static void Check(TargetSelection published, IReadOnlySet<string> chosen, IReadOnlyList<string> modules)
    {
        var choice = new TargetChoice(published);
        var found = modules.Where(choice.Includes).ToHashSet(StringComparer.Ordinal);
        if (!found.SetEquals(chosen))
        {
            throw new AdapterException(
                $"the names {NameList.Of(published.Names!)} do not say which layers are adapted: PEFT would take "
                + $"{NameList.Of([.. found.Except(chosen)])} as well, and not {NameList.Of([.. chosen.Except(found)])}. Choose other layers");
        }
    }

    /// <summary>The fewest names, and blocks, that mean the chosen layers.</summary>
    internal static TargetSelection Shortest(IReadOnlySet<string> chosen, IReadOnlyList<string> modules, bool canNameLayers)
    {
        var names = TargetSelection.Of(ModuleNames.Suffixes(chosen, modules.Where(module => !chosen.Contains(module))));
        int[] layers = canNameLayers && chosen.All(name => TargetChoice.LayerOf(name) is not null)
            ? [.. chosen.Select(name => TargetChoice.LayerOf(name)!.Value).Distinct().Order()]
            : [];
        if (layers.Length == 0)
        {
            return names;
        }

        var inLayers = names with
        {
            Names = ModuleNames.Suffixes(chosen, modules.Where(module =>
                !chosen.Contains(module) && TargetChoice.LayerOf(module) is { } layer && layers.Contains(layer))),
            Layers = layers,
        };
        return inLayers.Names.Count + layers.Length < names.Names!.Count ? inLayers : names;
    }
}
