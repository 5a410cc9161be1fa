using Graft.Common;
using Graft.Models.Transformers;

namespace Graft.Adapters.Targets;

/// <summary>Matches a selection against a model's linear layers, by the rules of Hugging Face PEFT.</summary>
public static class TargetMatcher
{
    /// <summary>The sites that a spec selects, in the model's order; each name in it must match something.</summary>
    /// <param name="selection">What to adapt.</param>
    /// <param name="sites">The model's linear layers.</param>
    /// <param name="modules">The names of all its modules; without them, those of the sites.</param>
    /// <exception cref="AdapterException">Nothing matches, or a name matches nothing: the message lists the names there are.</exception>
    public static IReadOnlyList<LinearSite> Match(
        TargetSelection selection, IReadOnlyList<LinearSite> sites, IReadOnlyList<string>? modules = null)
    {
        var chosen = Chosen(selection, sites);
        modules ??= [.. sites.Select(site => site.Name)];
        foreach (var name in selection.Names ?? [])
        {
            Require(name, "target module", "linear layer", [.. sites.Select(site => site.Name)], modules);
        }

        foreach (var name in selection.Exclude)
        {
            Require(name, "excluded module", "module", modules, modules);
        }

        return chosen.Count > 0 ? chosen : throw NothingMatches(selection, sites, modules);
    }

    /// <summary>The sites that a published configuration selects. What it names and the model has not is no error: its tensors are the
    /// authority.</summary>
    /// <exception cref="AdapterException">Nothing matches.</exception>
    public static IReadOnlyList<LinearSite> MatchPublished(TargetSelection selection, IReadOnlyList<LinearSite> sites) =>
        Chosen(selection, sites) is { Count: > 0 } chosen ? chosen : throw NothingMatches(selection, sites, []);

    /// <summary>The value of the first key that a module's name ends with, as a suffix or a regular expression of one.</summary>
    public static T? ByPattern<T>(IReadOnlyDictionary<string, T> patterns, string module)
        where T : struct
    {
        foreach (var (key, value) in patterns)
        {
            if (Patterns.IsMatch(Patterns.EndOf(key, "pattern key"), module, "pattern key"))
            {
                return value;
            }
        }

        return null;
    }

    private static List<LinearSite> Chosen(TargetSelection selection, IReadOnlyList<LinearSite> sites)
    {
        var choice = new TargetChoice(selection);
        return selection.AllLinear
            ? [.. sites.Where(site => !site.IsOutputHead && !choice.Excludes(site.Name))]
            : [.. sites.Where(site => choice.Includes(site.Name))];
    }

    private static void Require(string name, string what, string meant, IReadOnlyList<string> names, IReadOnlyList<string> modules)
    {
        if (names.Any(module => ModuleNames.EndsWith(module, name)))
        {
            return;
        }

        var leaves = ModuleNames.Leaves(names);
        var hint = modules.FirstOrDefault(module => ModuleNames.EndsWith(module, name)) is { } other
            ? $"; '{other}' is not one."
            : NearestName.Find(name, leaves) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
        throw new AdapterException(
            $"the {what} '{name}' matches no {meant} of the model{hint} Its {meant}s are named: {NameList.Of(leaves)}");
    }

    private static AdapterException NothingMatches(
        TargetSelection selection, IReadOnlyList<LinearSite> sites, IReadOnlyList<string> modules)
    {
        var choice = new TargetChoice(selection);
        var others = modules.Where(choice.Includes).ToList();
        return new AdapterException(
            $"no linear layer matches {selection.InWords()}"
            + (others.Count > 0 ? $", only modules that are not linear: {NameList.Of(others, show: 4)}" : "")
            + $". The model's linear layers are named: {NameList.Of(ModuleNames.Leaves(sites.Select(site => site.Name)))} "
            + $"(whole names look like '{sites[0].Name}')");
    }
}
