using Graft.Models;

namespace Graft.Adapters.Targets;

/// <summary>The names of a model's modules as PEFT walks over them, and names among them by their ends.</summary>
internal static class ModuleNames
{
    /// <summary>All modules: those that own parameters, linear layers, and those that these are in.</summary>
    public static IReadOnlyList<string> Of(IFrozenModel model) =>
    [
        .. model.Modules.Concat(model.LinearSites.Select(site => site.Name)).SelectMany(Beginnings).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Whether a name ends with another one, at a dot.</summary>
    public static bool EndsWith(string module, string suffix) =>
        module.Length == suffix.Length ? module == suffix : module.EndsWith("." + suffix, StringComparison.Ordinal);

    /// <summary>The last part of a name.</summary>
    public static string Leaf(string module) => module[(module.LastIndexOf('.') + 1)..];

    /// <summary>The last parts of names, each once.</summary>
    public static IReadOnlyList<string> Leaves(IEnumerable<string> modules) => [.. modules.Select(Leaf).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// The shortest ends of the chosen names that no other name has: <c>q_proj</c>, <c>mlp.c_proj</c>. Where even a whole name is the end
    /// of another one, it is that.
    /// </summary>
    /// <param name="chosen">The chosen names.</param>
    /// <param name="others">The other names.</param>
    public static IReadOnlyList<string> Suffixes(IEnumerable<string> chosen, IEnumerable<string> others)
    {
        var taken = others.SelectMany(Ends).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. chosen.Select(name => Ends(name).FirstOrDefault(end => !taken.Contains(end), name))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
    }

    // a, a.b, a.b.c
    private static IEnumerable<string> Beginnings(string name)
    {
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            yield return name[..dot];
        }

        yield return name;
    }

    // c, b.c, a.b.c
    private static IEnumerable<string> Ends(string name)
    {
        for (var dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            yield return name[(dot + 1)..];
        }

        yield return name;
    }
}
