namespace Graft.Api.V1Alpha1;

/// <summary>Condition reasons: CamelCase, few, stable; part of the API. Each says what it means and what to do.</summary>
public static class Reasons
{
    /// <summary>The Job is created and has no pod yet.</summary>
    [Reason("Nothing, unless it lasts: the message then says who refuses the pod.", ConditionTypes.Succeeded, ConditionTypes.QuotaReserved)]
    public const string Pending = "Pending";

    /// <summary>An input is not there or not ready, or a pod is there and does not run yet; the message says what is missing.</summary>
    [Reason(
        "Read the message: apply the input that it names, or free what the pod waits for (GPU, memory, image, volume).",
        ConditionTypes.Succeeded)]
    public const string Waiting = "Waiting";

    /// <summary>A queue holds the Job back until there is room for it.</summary>
    [Reason("Wait, or look at the queue: `kubectl describe workloads.kueue.x-k8s.io` says what is short.", ConditionTypes.Succeeded,
        ConditionTypes.QuotaReserved, ConditionTypes.Ready)]
    public const string Queued = "Queued";

    /// <summary>The run is not to run now, because spec.suspend is true or because somebody has suspended its Job.</summary>
    [Reason("Set spec.suspend to false; a Job that was suspended by hand: `kubectl patch job NAME -p '{\"spec\":{\"suspend\":false}}'`.",
        ConditionTypes.Succeeded, ConditionTypes.Ready)]
    public const string Suspended = "Suspended";

    /// <summary>A trainer pod runs.</summary>
    [Reason(ReasonAttribute.Nothing, ConditionTypes.Succeeded, ConditionTypes.Running)]
    public const string Running = "Running";

    /// <summary>
    /// The training is over and the adapter is being published, or published again where spec.publish names another place now.
    /// </summary>
    [Reason(ReasonAttribute.Nothing, ConditionTypes.Succeeded, ConditionTypes.ArtifactPublished)]
    public const string Publishing = "Publishing";

    /// <summary>
    /// The pod was preempted: the scheduler or the queue gave its place to something more important, and another one follows.
    /// </summary>
    [Reason(
        "Nothing; with spec.checkpoint.claimName the next pod resumes from the last checkpoint, without it from the first step.",
        ConditionTypes.Succeeded)]
    public const string Preempted = "Preempted";

    /// <summary>
    /// The pod was stopped from outside, not for the sake of another one: deleted, evicted, its node drained, shut down or lost.
    /// </summary>
    [Reason(
        "Nothing; with spec.checkpoint.claimName the next pod resumes from the last checkpoint, without it from the first step.",
        ConditionTypes.Succeeded)]
    public const string Interrupted = "Interrupted";

    /// <summary>The pod failed and another one follows.</summary>
    [Reason("Read the message; spec.pod.backoffLimit says how often this happens before the run fails.", ConditionTypes.Succeeded)]
    public const string Retrying = "Retrying";

    /// <summary>The run has ended and its adapter is published.</summary>
    [Reason(ReasonAttribute.Nothing, ConditionTypes.Succeeded)]
    public const string Completed = "Completed";

    /// <summary>The run has failed for a reason that has no name of its own.</summary>
    [Reason(
        "Read the message and the pod's log (`kubectl graft logs`); set spec.rerun to a new value to try again.", ConditionTypes.Succeeded)]
    public const string Failed = "Failed";

    /// <summary>The spec is valid and its inputs are ready.</summary>
    [Reason(ReasonAttribute.Nothing, ConditionTypes.Accepted)]
    public const string Valid = "Valid";

    /// <summary>Something in the spec was edited that the run as it is does not have; the message says what, and how to apply it.</summary>
    [Reason("Read the message: delete the Job that it names to apply the edit, or leave it; set spec.rerun to run an ended run again.",
        ConditionTypes.Accepted)]
    public const string EditNotApplied = "EditNotApplied";

    /// <summary>A later release of Graft has planned the run, and this one cannot tell what an edit of it means.</summary>
    [Reason("Upgrade the operator; or set spec.rerun to a new value to run it again with this release.", ConditionTypes.Accepted)]
    public const string PlannedByLaterRelease = "PlannedByLaterRelease";

    /// <summary>The spec cannot be carried out.</summary>
    [Reason(
        "Change the field that the message names; `graft validate` finds the same before it is applied.",
        ConditionTypes.Accepted,
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>The resource asks for more than the installation allows.</summary>
    [Reason(
        "Ask for less, or ask whoever runs the installation to allow it: the message names the field and the chart's value that bounds it.",
        ConditionTypes.Accepted,
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string NotAllowed = "NotAllowed";

    /// <summary>There is no BaseModel of that name in the run's namespace.</summary>
    [Reason("Apply the BaseModel, or correct the run's reference to it: spec.baseModelRef, encoderRef or languageModelRef.", ConditionTypes.Accepted)]
    public const string BaseModelNotFound = "BaseModelNotFound";

    /// <summary>The BaseModel has not been inspected yet, or its inspection failed.</summary>
    [Reason("Wait where it is being inspected; else mend the BaseModel: `kubectl describe bm NAME`.", ConditionTypes.Accepted)]
    public const string BaseModelNotReady = "BaseModelNotReady";

    /// <summary>There is no TrainingDataset of that name in the run's namespace.</summary>
    [Reason("Apply the TrainingDataset, or correct spec.data.datasetRef.name.", ConditionTypes.Accepted)]
    public const string DatasetNotFound = "DatasetNotFound";

    /// <summary>The TrainingDataset has not been inspected yet, or its inspection failed.</summary>
    [Reason("Wait where it is being inspected; else mend the TrainingDataset: `kubectl describe tds NAME`.", ConditionTypes.Accepted)]
    public const string DatasetNotReady = "DatasetNotReady";

    /// <summary>Neither the run nor the installation says where adapters are published.</summary>
    [Reason("Set spec.publish.repository, or the chart's value artifacts.registry.", ConditionTypes.Accepted, ConditionTypes.Succeeded)]
    public const string ArtifactStoreNotConfigured = "ArtifactStoreNotConfigured";

    /// <summary>The kind or the setting is defined, but this version of Graft does not carry it out.</summary>
    [Reason("Wait for a version that does; the resource does no harm until then.", ConditionTypes.Accepted, ConditionTypes.Succeeded)]
    public const string NotImplementedYet = "NotImplementedYet";

    /// <summary>The source is a folder of somebody's computer, which no pod can reach.</summary>
    [Reason("Use spec.source.pvc, oci or builtin; `graft run` reads the folder as it is.", ConditionTypes.Ready)]
    public const string LocalPathInCluster = "LocalPathInCluster";

    /// <summary>A Job reads the files, to find their digest and what they are.</summary>
    [Reason("Nothing, unless it lasts: the message then says what the pod waits for.", ConditionTypes.Ready)]
    public const string Inspecting = "Inspecting";

    /// <summary>The files could not be read, or are not what they should be.</summary>
    [Reason("Mend what the message names: the source's path, the claim, the credentials or the files; a new value of spec.rerun reads them again.", ConditionTypes.Ready)]
    public const string InspectionFailed = "InspectionFailed";

    /// <summary>The files could not be fetched from their registry.</summary>
    [Reason("Check the reference, the credentials and the registry, which the message names; it is tried again at the time that it states.",
        ConditionTypes.Ready)]
    public const string SourceUnavailable = "SourceUnavailable";

    /// <summary>The files are not those that spec.digest pins.</summary>
    [Reason("Put the right files there; if these are the right ones, change spec.digest. A new value of spec.rerun reads them again.",
        ConditionTypes.Ready)]
    public const string DigestMismatch = "DigestMismatch";

    /// <summary>The files are there and can be read; runs may use them.</summary>
    [Reason(ReasonAttribute.Nothing, ConditionTypes.Ready)]
    public const string Available = "Available";

    /// <summary>No queue is known to hold or to have admitted the run's Job: it names none, or none has taken it.</summary>
    [Reason(
        "Nothing; for a queue, install Kueue, and set the label kueue.x-k8s.io/queue-name on the run before its Job is made.",
        ConditionTypes.QuotaReserved)]
    public const string NoQueue = "NoQueue";

    /// <summary>The queue has admitted the Job.</summary>
    [Reason(ReasonAttribute.Nothing, ConditionTypes.QuotaReserved)]
    public const string Admitted = "Admitted";

    /// <summary>No trainer pod runs.</summary>
    [Reason("Look at Succeeded, which says why: not started, waiting, or ended.", ConditionTypes.Running)]
    public const string PodNotRunning = "PodNotRunning";

    /// <summary>There is no checkpoint that outlives the pod.</summary>
    [Reason("Name a volume in spec.checkpoint.claimName where losing the progress would hurt.", ConditionTypes.Checkpointed)]
    public const string NoCheckpointYet = "NoCheckpointYet";

    /// <summary>A later pod would resume from a checkpoint.</summary>
    [Reason(ReasonAttribute.Nothing, ConditionTypes.Checkpointed)]
    public const string CheckpointSaved = "CheckpointSaved";

    /// <summary>No adapter is published.</summary>
    [Reason("Wait for the end; after a failure, look at Succeeded.", ConditionTypes.ArtifactPublished)]
    public const string NotPublishedYet = "NotPublishedYet";

    /// <summary>The adapter is published; status.artifact names it.</summary>
    [Reason(ReasonAttribute.Nothing, ConditionTypes.ArtifactPublished)]
    public const string Published = "Published";

    /// <summary>The trainer cannot carry out the plan.</summary>
    [Reason(
        "Change what the message names; where spec.pod.image is another release than the operator, use one release for both.",
        ConditionTypes.Succeeded)]
    public const string BadPlan = "BadPlan";

    /// <summary>The run asks for a GPU, and the trainer cannot use one: no CUDA in the image, or no working driver on the node.</summary>
    [Reason("Set spec.pod.image (or the chart's trainer.image) to an image with CUDA, or leave spec.pod.gpu out to train on CPUs.",
        ConditionTypes.Succeeded)]
    public const string GpuNotUsable = "GpuNotUsable";

    /// <summary>
    /// The data cannot be used: unreadable records, records that are too long, nothing to train on, or other files than inspected.
    /// </summary>
    [Reason("Mend the records that the message names, or set spec.data.onBadRecord or spec.data.onTooLong.", ConditionTypes.Succeeded)]
    public const string BadData = "BadData";

    /// <summary>The base model cannot be loaded: files missing or damaged, or an architecture that is not known.</summary>
    [Reason("Mend the files that the message names, or use another model.", ConditionTypes.Succeeded)]
    public const string ModelNotLoadable = "ModelNotLoadable";

    /// <summary>The loss became infinite or not a number.</summary>
    [Reason("Lower spec.training.learningRate, and look at the records of the step, which the message names.", ConditionTypes.Succeeded)]
    public const string Diverged = "Diverged";

    /// <summary>The adapter is trained, but could not be published.</summary>
    [Reason(
        "Mend the registry's address or credentials: a change of spec.publish or of the chart's artifacts values tries again by itself. "
        + "Where the adapter is kept, on spec.checkpoint.claimName or at its old place, deleting the Job that failed tries again too; "
        + "neither trains again.",
        ConditionTypes.Succeeded,
        ConditionTypes.ArtifactPublished)]
    public const string PublishFailed = "PublishFailed";

    /// <summary>The trainer needed more memory than it may have.</summary>
    [Reason("Raise spec.pod.memory, or lower spec.training.batchSize or spec.data.maxLength; for an inspection, the chart's inspect.memory.", ConditionTypes.Succeeded, ConditionTypes.Ready)]
    public const string OutOfMemory = "OutOfMemory";

    /// <summary>The run took longer than it may.</summary>
    [Reason("Raise spec.pod.activeDeadlineSeconds, or train for fewer steps.", ConditionTypes.Succeeded)]
    public const string DeadlineExceeded = "DeadlineExceeded";

    /// <summary>The trainer ended in a way that it does not explain: killed, or crashed in native code.</summary>
    [Reason(
        "Read the pod's log (`kubectl graft logs`) and its events; set spec.rerun to a new value to try again.", ConditionTypes.Succeeded)]
    public const string TrainerCrashed = "TrainerCrashed";

    /// <summary>The pod wrote more to its node's disk than it may, or than the node had.</summary>
    [Reason("Raise the size that the message names in spec.pod.storage, or free the node's disk.", ConditionTypes.Succeeded)]
    public const string OutOfStorage = "OutOfStorage";

    /// <summary>The Job's pod is refused: by a quota, a limit, a missing priority class, a policy or webhook, or by its node.</summary>
    [Reason(
        "Change what the message names, or the field of spec.pod that it is about; the Job tries again by itself, at the latest after ten minutes.",
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string PodRefused = "PodRefused";

    /// <summary>The Job has no pod, and nobody says why.</summary>
    [Reason("See whether the cluster's Job controller works: `kubectl describe job NAME`.", ConditionTypes.Succeeded, ConditionTypes.Ready)]
    public const string PodNotCreated = "PodNotCreated";

    /// <summary>No node takes the pod.</summary>
    [Reason(
        "Free or add what the message says is short, or ask for less or for other nodes: spec.pod.memory, cpu, gpu, nodeSelector, tolerations.",
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string Unschedulable = "Unschedulable";

    /// <summary>The image of one of the pod's containers cannot be fetched.</summary>
    [Reason(
        "Correct the image's name (spec.pod.image, or the chart's), or give the credentials for its registry (spec.pod.imagePullSecrets).",
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string ImagePullFailed = "ImagePullFailed";

    /// <summary>A volume of the pod cannot be attached or mounted.</summary>
    [Reason("Create or mend the claim, Secret or ConfigMap that the message names.", ConditionTypes.Succeeded, ConditionTypes.Ready)]
    public const string VolumeNotMounted = "VolumeNotMounted";

    /// <summary>A container of the pod cannot be started, or the node does not get as far.</summary>
    [Reason(
        "Mend what the message names: a Secret or key that is missing, an init container, the node's network, the image's program.",
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string ContainerNotStarted = "ContainerNotStarted";

    /// <summary>The trainer has ended or was told to, but its pod does not end.</summary>
    [Reason(
        "End what keeps the pod: run a sidecar as an init container with restartPolicy Always or not at all; bring a lost node back or delete it.",
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string PodNotEnding = "PodNotEnding";

    /// <summary>The API server, or an admission webhook, refuses the Job.</summary>
    [Reason("Change what the message names: a quota, a policy, or a field of spec.pod.", ConditionTypes.Succeeded, ConditionTypes.Ready,
        ConditionTypes.ArtifactPublished)]
    public const string JobCreationFailed = "JobCreationFailed";

    /// <summary>The operator failed at this resource in a way that it does not foresee; it tries again every few minutes.</summary>
    [Reason(
        "Read the message and the operator's log; change the field that it names, or report it.",
        ConditionTypes.Accepted,
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string ReconciliationFailed = "ReconciliationFailed";

    /// <summary>The API server refuses the status: it has other definitions of Graft's resources than this operator.</summary>
    [Reason(
        "Install the definitions of the operator's own release (the chart's crds), and read the message.",
        ConditionTypes.Accepted,
        ConditionTypes.Succeeded,
        ConditionTypes.Ready)]
    public const string StatusRefused = "StatusRefused";
}
