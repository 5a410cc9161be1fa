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

/// <summary>Condition reasons: CamelCase, few, stable; part of the API.</summary>
public static class Reasons
{
    public const string Pending = "Pending";
    public const string Waiting = "Waiting";
    public const string Queued = "Queued";
    public const string Running = "Running";
    public const string Training = "Training";
    public const string Publishing = "Publishing";
    public const string Preempted = "Preempted";
    public const string Retrying = "Retrying";
    public const string Completed = "Completed";
    public const string Failed = "Failed";

    public const string Valid = "Valid";
    public const string InvalidSpec = "InvalidSpec";
    public const string BaseModelNotFound = "BaseModelNotFound";
    public const string BaseModelNotReady = "BaseModelNotReady";
    public const string DatasetNotFound = "DatasetNotFound";
    public const string DatasetNotReady = "DatasetNotReady";
    public const string ArtifactStoreNotConfigured = "ArtifactStoreNotConfigured";
    public const string NotImplementedYet = "NotImplementedYet";
    public const string LocalPathInCluster = "LocalPathInCluster";

    public const string Inspecting = "Inspecting";
    public const string InspectionFailed = "InspectionFailed";
    public const string DigestMismatch = "DigestMismatch";
    public const string Available = "Available";

    public const string NoQueue = "NoQueue";
    public const string Admitted = "Admitted";
    public const string PodNotRunning = "PodNotRunning";
    public const string NoCheckpointYet = "NoCheckpointYet";
    public const string CheckpointSaved = "CheckpointSaved";
    public const string NotPublishedYet = "NotPublishedYet";
    public const string Published = "Published";

    public const string BadPlan = "BadPlan";
    public const string BadData = "BadData";
    public const string ModelNotLoadable = "ModelNotLoadable";
    public const string Diverged = "Diverged";
    public const string PublishFailed = "PublishFailed";
    public const string OutOfMemory = "OutOfMemory";
    public const string DeadlineExceeded = "DeadlineExceeded";
    public const string TrainerCrashed = "TrainerCrashed";
    public const string JobCreationFailed = "JobCreationFailed";
}
