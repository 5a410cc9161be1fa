namespace Graft.Api.V1Alpha1;

/// <summary>Condition types. All that apply to a kind are set on the first visit, Unknown where not yet known.</summary>
public static class ConditionTypes
{
    /// <summary>The spec is valid and everything that it refers to was found.</summary>
    public const string Accepted = "Accepted";

    /// <summary>A queue has admitted the run's Job; mirrors Kueue's reason while it waits.</summary>
    public const string QuotaReserved = "QuotaReserved";

    /// <summary>A trainer pod is running.</summary>
    public const string Running = "Running";

    /// <summary>A checkpoint exists from which a successor would resume; its time is the last checkpoint's.</summary>
    public const string Checkpointed = "Checkpointed";

    /// <summary>The adapter is published; its version and digest are in <c>status.artifact</c>.</summary>
    public const string ArtifactPublished = "ArtifactPublished";

    /// <summary>The summary of bounded work: Unknown while active, its reason is the one-word state that kubectl shows.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>The summary of a standing resource (BaseModel, TrainingDataset): usable by runs.</summary>
    public const string Ready = "Ready";

    /// <summary>kstatus: work is under way.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>kstatus: no progress without somebody's help.</summary>
    public const string Stalled = "Stalled";
}
