using System.Globalization;
using Graft.Common;

namespace Graft.Models.Configuration;

/// <summary>Bounds of what a config.json may ask for, so that nothing is listed or multiplied out for numbers that no model has.</summary>
internal static class ModelSizes
{
    /// <summary>A width, a vocabulary, an image's side.</summary>
    public const int LargestWidth = 1 << 22;

    /// <summary>Layers.</summary>
    public const int MostLayers = 1 << 12;

    /// <summary>Refuses a number of layers that is not the one that the weights are of.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="field">The field that says how many there are.</param>
    /// <param name="names">The stored weights; null where there are none.</param>
    /// <param name="prefix">What stands before a layer's number in their names.</param>
    /// <param name="otherwise">How many there are where the field is absent.</param>
    /// <exception cref="ModelException">The field and the weights disagree, or it is more than <see cref="MostLayers"/>.</exception>
    public static void CheckLayers(
        JsonFields config, string field, IReadOnlyCollection<string>? names, string prefix, int? otherwise = null)
    {
        var asked = config.Int(field, otherwise);
        if (names is not null && LayersIn(names, prefix) is var stored && stored > 0 && stored < asked)
        {
            throw config.Fault(field, $"it is {asked}, and the weights are of {stored} layers; download both again");
        }

        if (asked > MostLayers)
        {
            throw config.Wrong(field, $"at most {MostLayers}");
        }
    }

    private static int LayersIn(IReadOnlyCollection<string> names, string prefix)
    {
        var layers = new HashSet<int>();
        foreach (var name in names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var rest = name.AsSpan(prefix.Length);
            var end = rest.IndexOf('.');
            if (end > 0 && int.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
            {
                layers.Add(layer);
            }
        }

        return layers.Count;
    }
}
