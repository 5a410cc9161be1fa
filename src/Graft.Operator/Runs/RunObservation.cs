using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>What is known of a run when it is looked at.</summary>
public sealed record RunObservation
{
    public required IRunResource Run { get; init; }

    /// <summary>What it names, by the name in the plan, as far as it is there.</summary>
    public IReadOnlyDictionary<string, IInputResource> Inputs { get; init; } = new Dictionary<string, IInputResource>();

    /// <summary>The Jobs that it owns, of whatever plan.</summary>
    public IReadOnlyList<V1Job> Jobs { get; init; } = [];

    /// <summary>The pods of those Jobs.</summary>
    public IReadOnlyList<V1Pod> Pods { get; init; } = [];

    /// <summary>What others warn of about those Jobs and pods.</summary>
    public IReadOnlyList<ChildEvent> Events { get; init; } = [];

    /// <summary>Why the API server refused the run's Job or plan just now.</summary>
    public string? Refusal { get; init; }

    public required DateTimeOffset Now { get; init; }
}

/// <summary>What to do about a run.</summary>
/// <param name="Status">The status that it should have; its progress only where the operator itself knows it.</param>
/// <param name="Actions">What to do first, in order.</param>
/// <param name="Events">What to tell once the status is written.</param>
/// <param name="RequeueAfter">When to look again even if nothing changes.</param>
public sealed record RunDecision(
    TrainingRunStatus Status, IReadOnlyList<RunAction> Actions, IReadOnlyList<Runtime.EventNote> Events, TimeSpan? RequeueAfter)
{
    /// <summary>Whether the spec was planned for it, or the recorded plan was enough.</summary>
    public bool WasPlanned { get; init; }
}

/// <summary>Something to do for a run.</summary>
public abstract record RunAction;

/// <summary>Create the plan and the Job; either may be there already.</summary>
public sealed record CreateChildren(RunChildren Children) : RunAction;

/// <summary>Create a Job that mounts no plan; it may be there already.</summary>
public sealed record CreateJob(V1Job Job) : RunAction;

/// <summary>
/// Delete a Job and wait for its pods to go before its name is free: no two pods may write one checkpoint.
/// </summary>
/// <param name="Job">The Job.</param>
/// <param name="Why">Why, where it is not for another plan.</param>
public sealed record DeleteJob(V1Job Job, string? Why = null) : RunAction;

/// <summary>Delete the plans of this run, in the same role, but this one.</summary>
public sealed record DeleteOtherPlans(V1ConfigMap Plan) : RunAction;

/// <summary>Let a Job whose end has been recorded go after so many seconds.</summary>
public sealed record SetTimeToLive(V1Job Job, int Seconds) : RunAction;

/// <summary>Remove the progress of another plan from the status.</summary>
public sealed record ClearProgress : RunAction;

/// <summary>Remove what only an active run has, its estimates, from the progress.</summary>
public sealed record ClearEstimates : RunAction;
