using System.Text.RegularExpressions;
using Graft.Common;
using Graft.Models.Transformers;

namespace Graft.Adapters.Targets;

/// <summary>Matches a selection against a model's linear layers, by the rules of Hugging Face PEFT.</summary>
public static class TargetMatcher
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The sites selected, in the model's order.</summary>
    /// <param name="selection">What to adapt.</param>
    /// <param name="sites">The model's linear layers.</param>
    /// <param name="requireEveryName">
    /// Whether a name that matches nothing is an error. True for a spec a person wrote; false for a published configuration, whose tensors
    /// are the authority.
    /// </param>
    /// <exception cref="AdapterException">Nothing matches, or a name matches nothing: the message lists the names there are.</exception>
    public static IReadOnlyList<LinearSite> Match(
        TargetSelection selection, IReadOnlyList<LinearSite> sites, bool requireEveryName = true)
    {
        var chosen = sites.Where(site => IsTarget(selection, site) && !IsExcluded(selection, site.Name)).ToList();
        if (requireEveryName && selection.Names is { } names)
        {
            foreach (var name in names.Where(name => !sites.Any(site => EndsWith(site.Name, name))))
            {
                var leaves = Leaves(sites);
                var nearest = NearestName.Find(name, leaves);
                throw new AdapterException(
                    $"the target module '{name}' matches no linear layer of the model"
                    + (nearest is null ? "" : $"; did you mean '{nearest}'?")
                    + $" Its linear layers are named: {NameList.Of(leaves)}");
            }
        }

        return chosen.Count > 0
            ? chosen
            : throw new AdapterException(
                $"no linear layer matches {Describe(selection)}. The model's linear layers are named: {NameList.Of(Leaves(sites))} "
                + $"(whole names look like '{sites[0].Name}')");
    }

    /// <summary>The last parts of the sites' names, each once.</summary>
    public static IReadOnlyList<string> Leaves(IEnumerable<LinearSite> sites) =>
        sites.Select(site => site.Name[(site.Name.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).ToList();

    /// <summary>The shortest ends of the chosen sites' names that no other site has: <c>q_proj</c>, <c>mlp.c_proj</c>.</summary>
    public static IReadOnlyList<string> Suffixes(IReadOnlyList<LinearSite> sites, Func<LinearSite, bool> chosen)
    {
        return sites.Where(chosen).Select(Suffix).Distinct(StringComparer.Ordinal).ToList();

        string Suffix(LinearSite site)
        {
            var parts = site.Name.Split('.');
            return Enumerable.Range(1, parts.Length).Select(count => string.Join('.', parts[^count..]))
                .First(suffix => sites.All(other => chosen(other) || !$".{other.Name}".EndsWith($".{suffix}", StringComparison.Ordinal)));
        }
    }

    /// <summary>
    /// The value of the first pattern key that matches a module name: the key is a suffix or a regular expression of one.
    /// </summary>
    public static T? ByPattern<T>(IReadOnlyDictionary<string, T> patterns, string module)
        where T : struct
    {
        foreach (var (key, value) in patterns)
        {
            if (Regex(@"\A(.*\.)?(" + key + @")\z", "pattern key").IsMatch(module))
            {
                return value;
            }
        }

        return null;
    }

    private static bool IsTarget(TargetSelection selection, LinearSite site)
    {
        if (selection.AllLinear)
        {
            return !site.IsOutputHead;
        }

        if (selection.Pattern is { } pattern)
        {
            return Regex(@"\A(?:" + pattern + @")\z", "target pattern").IsMatch(site.Name);
        }

        return selection.Names is { } names
            && names.Any(name => EndsWith(site.Name, name))
            && (selection.Layers.Count == 0
                || (LayerOf(site.Name, selection.LayersPattern) is { } layer && selection.Layers.Contains(layer)));
    }

    private static bool IsExcluded(TargetSelection selection, string name) =>
        selection.Exclude.Any(excluded => EndsWith(name, excluded))
        || (selection.ExcludePattern is { } pattern && Regex(@"\A(?:" + pattern + @")\z", "exclude pattern").IsMatch(name));

    private static bool EndsWith(string module, string suffix) =>
        module == suffix || module.EndsWith("." + suffix, StringComparison.Ordinal);

    private static int? LayerOf(string module, IReadOnlyList<string> layersPattern)
    {
        var lists = layersPattern.Count == 0 ? "[^.]*" : $"(?:{string.Join('|', layersPattern)})";
        var match = Regex(@"\A.*\." + lists + @"\.(\d+)\.", "layers pattern").Match(module);
        return match.Success ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    private static Regex Regex(string pattern, string what)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, PatternTimeout);
        }
        catch (ArgumentException error)
        {
            throw new AdapterException($"the {what} is not a regular expression: {error.Message}", error);
        }
    }

    private static string Describe(TargetSelection selection) =>
        (selection.AllLinear ? "all-linear"
            : selection.Pattern is { } pattern ? $"the pattern '{pattern}'"
            : $"the target modules {NameList.Of(selection.Names ?? [])}")
        + (selection.Layers.Count > 0 ? $" in layers {string.Join(", ", selection.Layers)}" : "")
        + (selection.Exclude.Count > 0 || selection.ExcludePattern is not null ? " after the exclusions" : "");
}
