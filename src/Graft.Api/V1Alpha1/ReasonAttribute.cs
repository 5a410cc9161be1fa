namespace Graft.Api.V1Alpha1;

/// <summary>
/// Where a reason is found and what to do about it. With the constant's summary, which says what it means, this is the catalogue that
/// <c>docs/reference/reasons.md</c> and <c>graft explain</c> are made from.
/// </summary>
/// <param name="remedy">What to do, as a sentence; <see cref="Nothing"/> where nothing is amiss.</param>
/// <param name="conditions">The types of the conditions that have it.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ReasonAttribute(string remedy, params string[] conditions) : Attribute
{
    /// <summary>The remedy of what needs none.</summary>
    public const string Nothing = "Nothing.";

    /// <summary>What to do.</summary>
    public string Remedy { get; } = remedy;

    /// <summary>The types of the conditions that have it. <c>Reconciling</c> and <c>Stalled</c> repeat the reason of the summary.</summary>
    public IReadOnlyList<string> Conditions { get; } = conditions;
}
