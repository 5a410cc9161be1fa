using Graft.Adapters.Targets;
using Graft.Models;
using Graft.Models.Transformers;

namespace Graft.Adapters.Ia3;

/// <summary>
/// The layers that IA3 scales, and the names by which a published configuration says so. PEFT asks that the names of those that are scaled
/// at their input are among the names of all.
/// </summary>
/// <param name="Sites">The layers, in the model's order.</param>
/// <param name="AtInput">The names of those whose input is scaled instead of their output.</param>
/// <param name="Names">The published names of all.</param>
/// <param name="FeedforwardNames">The published names of those that are scaled at their input.</param>
internal sealed record Ia3Targets(
    IReadOnlyList<LinearSite> Sites, IReadOnlySet<string> AtInput, IReadOnlyList<string> Names, IReadOnlyList<string> FeedforwardNames)
{
    /// <summary>Resolves what a spec chooses.</summary>
    /// <param name="selection">The layers.</param>
    /// <param name="feedforward">Those of them that are scaled at their input; without it, those that end a feed-forward part.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="AdapterException">A name matches nothing, or no names say what matches.</exception>
    public static Ia3Targets Of(TargetSelection selection, IReadOnlyList<string>? feedforward, IFrozenModel model)
    {
        var sites = ResolvedTargets.Of(selection, model, canNameLayers: false).Sites;
        var atInput = (feedforward is { Count: > 0 }
                ? TargetMatcher.Match(TargetSelection.Of(feedforward), sites)
                : sites.Where(site => site.Roles.HasFlag(LinearRoles.Down)))
            .Select(site => site.Name).ToHashSet(StringComparer.Ordinal);
        var atOutput = sites.Select(site => site.Name).Where(name => !atInput.Contains(name)).ToHashSet(StringComparer.Ordinal);
        var modules = ModuleNames.Of(model);
        var (inputNames, outputNames) = (NamesOf(atInput), NamesOf(atOutput));
        Check(inputNames, atInput, atOutput);
        var names = TargetSelection.Of([.. inputNames.Concat(outputNames).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        ResolvedTargets.Check(names, sites.Select(site => site.Name).ToHashSet(StringComparer.Ordinal), modules);
        return new Ia3Targets(sites, atInput, names.Names!, inputNames);

        IReadOnlyList<string> NamesOf(HashSet<string> chosen) =>
            ModuleNames.Suffixes(chosen, modules.Where(module => !chosen.Contains(module)));
    }

    /// <summary>The layers of a published configuration.</summary>
    /// <param name="targets">All of them.</param>
    /// <param name="isAtInput">Whether one is scaled at its input.</param>
    /// <param name="model">The model.</param>
    public static Ia3Targets Published(TargetSelection targets, Func<string, bool> isAtInput, IFrozenModel model)
    {
        var sites = TargetMatcher.MatchPublished(targets, model.LinearSites);
        return new Ia3Targets(sites, sites.Select(site => site.Name).Where(isAtInput).ToHashSet(StringComparer.Ordinal), [], []);
    }

    // PEFT compares these without asking for a dot.
    private static void Check(IReadOnlyList<string> names, HashSet<string> atInput, HashSet<string> atOutput)
    {
        if (atOutput.FirstOrDefault(site => names.Any(name => site.EndsWith(name, StringComparison.Ordinal))) is { } wrong)
        {
            throw new AdapterException(
                $"the feed-forward modules {NameList.Of(names)} do not say which layers are scaled at their input: PEFT would take '{wrong}' as "
                + $"well as {NameList.Of(atInput)}. Choose other feedforwardModules");
        }
    }
}
