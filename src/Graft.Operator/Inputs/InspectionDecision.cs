using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using Graft.Operator.Runtime;
using k8s.Models;

namespace Graft.Operator.Inputs;

/// <summary>What is known of a base model or a data set when it is reconciled.</summary>
/// <param name="Request">What to inspect.</param>
/// <param name="Jobs">The Jobs that the resource owns.</param>
/// <param name="Pods">Their pods.</param>
/// <param name="Now">The time.</param>
/// <param name="Trouble">What went wrong when an earlier decision about the same was carried out.</param>
public sealed record InspectionObservation(
    InspectionRequest Request, IReadOnlyList<V1Job> Jobs, IReadOnlyList<V1Pod> Pods, DateTimeOffset Now, InspectionTrouble? Trouble = null)
{
    /// <summary>What others warn of about the Jobs and pods.</summary>
    public IReadOnlyList<ChildEvent> Events { get; init; } = [];
}

/// <summary>Why an inspection's Job could not be created, or what was found could not be written.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record InspectionTrouble(string Reason, string Message);

/// <summary>What to do about a base model or a data set.</summary>
/// <param name="Conditions">The conditions that it should have.</param>
/// <param name="Inspection">What to remember.</param>
public sealed record InspectionDecision(List<V1Condition> Conditions, InspectionStatus? Inspection)
{
    /// <summary>What was found, within the bounds of the status; null where nothing new was.</summary>
    public InspectionReport? Report { get; init; }

    /// <summary>The Job to create with its plan, if any.</summary>
    public InspectionChildren? Create { get; init; }

    /// <summary>Jobs of earlier inspections.</summary>
    public IReadOnlyList<V1Job> Delete { get; init; } = [];

    /// <summary>An ended Job that may go with its time: its end is in the status.</summary>
    public V1Job? Expire { get; init; }

    /// <summary>What to tell once the status is written.</summary>
    public IReadOnlyList<EventNote> Events { get; init; } = [];

    /// <summary>When to reconcile again even if nothing changes.</summary>
    public TimeSpan? RequeueAfter { get; init; }
}
