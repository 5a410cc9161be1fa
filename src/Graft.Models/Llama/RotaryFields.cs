using Graft.Common;

namespace Graft.Models.Llama;

/// <summary>
/// The rotary positions of a config.json, in the keys of transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>), 5
/// (<c>rope_parameters</c>) or both: which of two comes first depends on the release, so that they have to agree.
/// </summary>
internal static class RotaryFields
{
    private const double UsualBase = 10000;

    /// <summary>What may stand in a section and is read; other fields change the frequencies of kinds that are not computed.</summary>
    private static readonly HashSet<string> Known = new(
        [
            "rope_type", "type", "rope_theta", "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings",
            "partial_rotary_factor",
        ],
        StringComparer.Ordinal);

    /// <exception cref="ModelException">A field is wrong, asks for what is not computed, or disagrees with another.</exception>
    public static (double Base, RotaryScaling Scaling) Read(JsonFields config)
    {
        JsonFields? newer = config.Section("rope_parameters"), older = config.Section("rope_scaling");
        var outer = config.Has("rope_theta") ? config.Double("rope_theta") : (double?)null;
        config.Require("rope_theta", outer is null or > 0, "bases above 0");
        var found = new[] { newer, older }.OfType<JsonFields>().Select(section => (Section: section, Read: ReadSection(section))).ToList();
        foreach (var (section, read) in found)
        {
            if (outer is not null && read.Base is not null && outer != read.Base)
            {
                throw config.Fault("rope_theta", $"it is {outer}, and {read.Base} within {section.Path}; remove the one that is wrong");
            }
        }

        if (found is [var one, var two] && one.Read.Scaling != two.Read.Scaling)
        {
            throw config.Fault("rope_scaling", "it says something else than rope_parameters; remove the one that is wrong");
        }

        if (found is [{ Read.Base: { } a }, { Read.Base: { } b }] && a != b)
        {
            throw config.Fault("rope_scaling", $"its rope_theta is {b}, that of rope_parameters is {a}; remove the one that is wrong");
        }

        return (
            found.Select(section => section.Read.Base).FirstOrDefault(value => value is not null) ?? outer ?? UsualBase,
            found.Select(section => section.Read.Scaling).FirstOrDefault() ?? new RotaryScaling.Default());
    }

    private static (double? Base, RotaryScaling Scaling) ReadSection(JsonFields section)
    {
        foreach (var name in section.Names().Where(name => !Known.Contains(name)))
        {
            section.Require(name, !section.Has(name), "sections without it");
        }

        section.Require("partial_rotary_factor", section.Double("partial_rotary_factor", 1) == 1, "rotation of whole heads");
        var rotaryBase = section.Has("rope_theta") ? section.Double("rope_theta") : (double?)null;
        section.Require("rope_theta", rotaryBase is null or > 0, "bases above 0");
        return (rotaryBase, Scaling(section));
    }

    private static RotaryScaling Scaling(JsonFields section)
    {
        string? kind = section.Text("rope_type"), older = section.Text("type");
        if (kind is not null && older is not null && kind != older)
        {
            throw section.Fault("rope_type", $"it is '{kind}', and type is '{older}'; remove the one that is wrong");
        }

        switch (kind ?? older ?? "default")
        {
            case "default":
                return new RotaryScaling.Default();
            case "linear":
                return new RotaryScaling.Linear(Above(section, "factor", 0));
            case "llama3":
                var factor = Above(section, "factor", 0);
                var low = Above(section, "low_freq_factor", 0);
                return new RotaryScaling.Llama3(
                    factor,
                    low,
                    Above(section, "high_freq_factor", low),
                    section.Size("original_max_position_embeddings"));
            default:
                throw section.Wrong(kind is null ? "type" : "rope_type", "default, linear or llama3, which are what Graft supports");
        }
    }

    private static double Above(JsonFields section, string name, double bound) =>
        section.Double(name) is var value && value > bound ? value : throw section.Wrong(name, $"above {bound}");
}
