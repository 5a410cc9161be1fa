using Graft.Models;
using Graft.Models.Transformers;

namespace Graft.Adapters.Targets;

/// <summary>
/// Which modules a method adapts: one of <see cref="Names"/>, <see cref="Pattern"/> and <see cref="AllLinear"/>, or none of them for what
/// is usual in the model's family.
/// </summary>
public sealed record TargetSelection
{
    /// <summary>Suffixes of dotted module names: <c>q_proj</c>, <c>mlp.up_proj</c>, or whole names.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>A regular expression that a whole module name must match.</summary>
    public string? Pattern { get; init; }

    /// <summary>Every linear layer but the output head.</summary>
    public bool AllLinear { get; init; }

    /// <summary>Suffixes of modules that are left out although they match.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>A regular expression of whole names that are left out although they match.</summary>
    public string? ExcludePattern { get; init; }

    /// <summary>Only blocks of these indices; empty means all. Applies to <see cref="Names"/>.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>Names of the module lists that hold the blocks, where a model has several; empty means any.</summary>
    public IReadOnlyList<string> LayersPattern { get; init; } = [];

    /// <summary>Whether the family's usual targets are meant.</summary>
    public bool IsUnspecified => Names is null && Pattern is null && !AllLinear;

    /// <summary>This selection, or where it is unspecified, the layers of a model that have one of these roles, by their names.</summary>
    public TargetSelection Or(LinearRoles roles, IFrozenModel model)
    {
        return IsUnspecified ? this with { Names = OfRoles(roles, model) } : this;
    }

    /// <summary>The selection in words, for messages.</summary>
    internal string InWords() =>
        (AllLinear ? "all-linear" : Pattern is { } pattern ? $"the pattern '{pattern}'" : $"the target modules {NameList.Of(Names ?? [])}")
        + (Layers.Count > 0 ? $" in layers {string.Join(", ", Layers)}" : "")
        + (Exclude.Count > 0 || ExcludePattern is not null ? " after the exclusions" : "");

    /// <summary>Selects by suffix.</summary>
    public static TargetSelection Of(params IReadOnlyList<string> names) => new() { Names = names };

    /// <summary>Selects as specs do: by names, of which the one entry <c>all-linear</c> means all, or by a pattern.</summary>
    public static TargetSelection OfSpec(IReadOnlyList<string>? names, string? pattern, IReadOnlyList<string>? exclude)
    {
        var everything = names is ["all-linear"];
        return new TargetSelection
        {
            Pattern = pattern,
            AllLinear = everything,
            Names = everything || names is not { Count: > 0 } ? null : names,
            Exclude = exclude ?? [],
        };
    }

    /// <summary>Selects every linear layer but the output head.</summary>
    public static TargetSelection Everything => new() { AllLinear = true };

    private static IReadOnlyList<string> OfRoles(LinearRoles roles, IFrozenModel model)
    {
        var byRole = model.LinearSites.ToLookup(site => (site.Roles & roles) != 0, site => site.Name);
        return ModuleNames.Suffixes(byRole[true], byRole[false]);
    }
}
