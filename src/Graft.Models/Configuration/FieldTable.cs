using Graft.Common;

namespace Graft.Models.Configuration;

/// <summary>
/// What a family does with the fields of its config.json: some are computed with, some have one value that is computed and are refused at
/// others, and some say nothing about what a frozen model computes. Whatever is in none of the lists is named to the user.
/// </summary>
/// <param name="computed">The fields that the family's configuration reads.</param>
/// <param name="fixed">The fields that change what the family computes, with the values at which they do not.</param>
/// <param name="harmless">The fields that do not.</param>
internal sealed class FieldTable(
    IReadOnlyList<string> computed, IReadOnlyList<FixedField> @fixed, IReadOnlyList<string> harmless)
{
    private readonly HashSet<string> _known = new(
        [
            .. computed, .. @fixed.Select(field => field.Name), .. harmless,
            .. CommonFields.Fixed.Select(field => field.Name), .. CommonFields.Harmless,
        ],
        StringComparer.Ordinal);

    /// <summary>Refuses a configuration that asks for what is not computed.</summary>
    /// <returns>The fields that nobody here knows: they change nothing that is computed.</returns>
    /// <exception cref="ModelException">A field has another value than the one that is computed.</exception>
    public IReadOnlyList<string> Check(JsonFields config)
    {
        foreach (var field in CommonFields.Fixed.Concat(@fixed).Where(field => !computed.Contains(field.Name)))
        {
            config.Require(field.Name, field.Holds(config), field.Supported);
        }

        return [.. config.Names().Where(name => config.Has(name) && !_known.Contains(name))];
    }
}

/// <summary>A field that is computed at one value only; a field that is absent or null has it.</summary>
/// <param name="Name">The field.</param>
/// <param name="Holds">Whether a configuration has that value.</param>
/// <param name="Supported">The value, for a message.</param>
internal sealed record FixedField(string Name, Func<JsonFields, bool> Holds, string Supported)
{
    /// <summary>It may not be there.</summary>
    public static FixedField Absent(string name, string supported = "its absence") => new(name, config => !config.Has(name), supported);

    /// <summary>It must be false.</summary>
    public static FixedField Off(string name) => new(name, config => !config.Flag(name), "false");

    /// <summary>It must be true.</summary>
    public static FixedField On(string name) => new(name, config => config.Flag(name, true), "true");

    /// <summary>It must be a number.</summary>
    public static FixedField Number(string name, double value) => new(name, config => config.Double(name, value) == value, $"{value}");

    /// <summary>It must be what another field is, which is read.</summary>
    public static FixedField SameAs(string name, string other) =>
        new(name, config => !config.Has(other) || config.Int(name, config.Int(other)) == config.Int(other), $"the value of {other}");
}
