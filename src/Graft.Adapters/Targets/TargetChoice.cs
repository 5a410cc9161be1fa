using System.Globalization;
using Graft.Api.Methods;

namespace Graft.Adapters.Targets;

/// <summary>A selection, ready to be asked about names of modules. Its rules are those of Hugging Face PEFT.</summary>
internal sealed class TargetChoice
{
    private readonly TargetSelection _selection;
    private readonly TargetPattern? _pattern;
    private readonly TargetPattern? _exclude;
    private readonly IReadOnlyList<TargetPattern> _lists;

    /// <exception cref="AdapterException">A pattern of it is not one that can be used.</exception>
    public TargetChoice(TargetSelection selection)
    {
        _selection = selection;
        _pattern = Patterns.Whole(selection.Pattern, "target pattern");
        _exclude = Patterns.Whole(selection.ExcludePattern, "exclude pattern");
        _lists = [.. selection.LayersPattern.Select(list => Patterns.Whole(list, "layers pattern")!)];
    }

    /// <summary>The index of the block that a module is in: the first number in its name that follows two parts.</summary>
    public static int? LayerOf(string module)
    {
        var parts = module.Split('.');
        return Enumerable.Range(2, Math.Max(0, parts.Length - 3)).Select(at => Index(parts[at])).FirstOrDefault(index => index is not null);
    }

    /// <summary>Whether a module is chosen and not excluded.</summary>
    /// <exception cref="AdapterException">A pattern takes too long on its name.</exception>
    public bool Includes(string module) => IsTarget(module) && !Excludes(module);

    /// <summary>Whether a module is left out although it may be chosen.</summary>
    /// <exception cref="AdapterException">A pattern takes too long on its name.</exception>
    public bool Excludes(string module) =>
        _selection.Exclude.Any(excluded => ModuleNames.EndsWith(module, excluded))
        || (_exclude is not null && Patterns.IsMatch(_exclude, module, "exclude pattern"));

    private bool IsTarget(string module)
    {
        if (_pattern is not null)
        {
            return Patterns.IsMatch(_pattern, module, "target pattern");
        }

        // A whole name is meant in whichever block it is.
        return _selection.Names is { } names
            && (names.Contains(module) || (names.Any(name => ModuleNames.EndsWith(module, name)) && IsInLayers(module)));
    }

    private bool IsInLayers(string module) =>
        _selection.Layers.Count == 0
        || ((_lists.Count == 0 ? LayerOf(module) : LayerInLists(module)) is { } layer && _selection.Layers.Contains(layer));

    // The number that follows a module list of one of the names.
    private int? LayerInLists(string module)
    {
        var parts = module.Split('.');
        foreach (var list in _lists)
        {
            for (var at = 1; at < parts.Length - 1; at++)
            {
                if (Index(parts[at]) is { } index && EndsWithList(list, parts, at))
                {
                    return index;
                }
            }
        }

        return null;
    }

    private static bool EndsWithList(TargetPattern list, string[] parts, int end) => Enumerable.Range(0, end)
        .Any(start => Patterns.IsMatch(list, string.Join('.', parts[start..end]), "layers pattern"));

    private static int? Index(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
