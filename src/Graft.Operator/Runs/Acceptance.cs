using Graft.Api.V1Alpha1;
using Graft.Operator.Status;

namespace Graft.Operator.Runs;

/// <summary>What the condition Accepted says of a run.</summary>
/// <param name="Status">Its status; null leaves the condition as it was.</param>
/// <param name="Reason">Its reason.</param>
/// <param name="Message">Its message.</param>
internal sealed record Acceptance(string? Status, string Reason, string Message)
{
    /// <summary>The spec is the one that is carried out.</summary>
    public static readonly Acceptance Valid = new(ConditionSet.True, Reasons.Valid, "The spec is valid and its inputs are ready.");

    /// <summary>Nothing has changed since it was last said.</summary>
    public static readonly Acceptance AsBefore = new(null, Reasons.Valid, Valid.Message);

    /// <summary>The spec is valid, but something in it is not what is carried out.</summary>
    public static Acceptance NotApplied(string message)
    {
        return new Acceptance(ConditionSet.True, Reasons.EditNotApplied, message);
    }

    /// <summary>The run cannot be planned anew, although its Job is there.</summary>
    public static Acceptance Refused(Unresolved why)
    {
        return new Acceptance(ConditionSet.False, why.Reason, why.Message);
    }
}
