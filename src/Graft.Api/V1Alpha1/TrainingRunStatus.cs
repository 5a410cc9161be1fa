using System.ComponentModel.DataAnnotations;

namespace Graft.Api.V1Alpha1;

/// <summary>What is known of a run. Histories of metrics are in MLflow.</summary>
public sealed class TrainingRunStatus : ResourceStatus
{
    /// <summary>The hash of the plan: what the run computes, all of it resolved.</summary>
    [MaxLength(71)]
    public string? PlanHash { get; set; }

    /// <summary>What the plan was made from: while all of it is the same, nothing is planned anew.</summary>
    public ResolvedFrom? Resolved { get; set; }

    /// <summary>The value of spec.rerun that this status speaks of.</summary>
    [MaxLength(64)]
    public string? Rerun { get; set; }

    /// <summary>The Job that trains.</summary>
    [MaxLength(253)]
    public string? JobName { get; set; }

    /// <summary>When the first pod started.</summary>
    public DateTime? StartTime { get; set; }

    /// <summary>When the run ended, well or not.</summary>
    public DateTime? CompletionTime { get; set; }

    /// <summary>How far the run is.</summary>
    public RunProgress? Progress { get; set; }

    /// <summary>The final figures.</summary>
    public RunFigures? Figures { get; set; }

    /// <summary>The published adapter.</summary>
    public PublishedArtifactStatus? Artifact { get; set; }

    /// <summary>The run in MLflow.</summary>
    public TrackedRunStatus? Tracking { get; set; }
}

/// <summary>
/// What a run's plan was made from, and how it was carried out. The recipe (what is computed) has the plan's hash; the settings (where
/// it runs and whom it tells) have a fingerprint a section.
/// </summary>
public sealed class ResolvedFrom
{
    /// <summary>The generation of the spec.</summary>
    public long? Generation { get; set; }

    /// <summary>The form of the recipe that the plan's hash was computed in; hashes of different forms are never compared.</summary>
    public int? Form { get; set; }

    /// <summary>The inputs.</summary>
    [Schema.ListMapKey("name")]
    [MaxLength(16)]
    public List<ResolvedInput>? Inputs { get; set; }

    /// <summary>Fingerprints of the settings of the Job that runs or ran, by section: pod, checkpoint, publish, and so on.</summary>
    [MaxLength(16)]
    [Schema.ItemLength(0, 64)]
    public Dictionary<string, string>? Settings { get; set; }
}

/// <summary>An input that a plan was made from.</summary>
public sealed class ResolvedInput
{
    /// <summary>What it is to the plan: base, dataset.</summary>
    [Required]
    [Length(1, 63)]
    public string? Name { get; set; }

    /// <summary>The UID of the resource that says where it is.</summary>
    [MaxLength(64)]
    public string? Uid { get; set; }

    /// <summary>The generation of that resource.</summary>
    public long? Generation { get; set; }

    /// <summary>The digest of the files.</summary>
    [MaxLength(71)]
    public string? Digest { get; set; }
}

/// <summary>How far a run is; written every few seconds at most.</summary>
public sealed class RunProgress
{
    /// <summary>Optimizer steps done.</summary>
    public long? Step { get; set; }

    /// <summary>Optimizer steps in all.</summary>
    public long? TotalSteps { get; set; }

    /// <summary>Both, and the share done, for people: <c>120/300 (40%)</c>.</summary>
    [MaxLength(64)]
    public string? Summary { get; set; }

    /// <summary>The last training loss, a decimal.</summary>
    [MaxLength(32)]
    public string? Loss { get; set; }

    /// <summary>Tokens trained on a second.</summary>
    public long? TokensPerSecond { get; set; }

    /// <summary>Seconds left.</summary>
    public long? EtaSeconds { get; set; }

    /// <summary>Time left, for people: <c>3m20s</c>.</summary>
    [MaxLength(32)]
    public string? Eta { get; set; }

    /// <summary>What the trainer does: Loading, Evaluating, Training, Publishing.</summary>
    [MaxLength(32)]
    public string? Activity { get; set; }

    /// <summary>The step of the last checkpoint.</summary>
    public long? CheckpointStep { get; set; }

    /// <summary>When this was reported.</summary>
    public DateTime? ReportTime { get; set; }
}

/// <summary>A run's final figures; decimals as strings.</summary>
public sealed class RunFigures
{
    /// <summary>Loss per labeled token of the base model on the held-out records.</summary>
    [MaxLength(32)]
    public string? BaseLoss { get; set; }

    /// <summary>Loss per labeled token of the adapted model on the held-out records.</summary>
    [MaxLength(32)]
    public string? AdaptedLoss { get; set; }

    /// <summary>Share of labeled tokens that the base model predicts, on the held-out records.</summary>
    [MaxLength(32)]
    public string? BaseTokenAccuracy { get; set; }

    /// <summary>Share of labeled tokens that the adapted model predicts, on the held-out records.</summary>
    [MaxLength(32)]
    public string? AdaptedTokenAccuracy { get; set; }

    /// <summary>Share of generated answers of the base model that are the expected ones.</summary>
    [MaxLength(32)]
    public string? BaseExactMatch { get; set; }

    /// <summary>Share of generated answers of the adapted model that are the expected ones.</summary>
    [MaxLength(32)]
    public string? AdaptedExactMatch { get; set; }

    /// <summary>The number of trained weights.</summary>
    public long? TrainableParameters { get; set; }

    /// <summary>Tokens trained on a second, over the whole training.</summary>
    public long? TokensPerSecond { get; set; }

    /// <summary>The trainer's largest resident memory in bytes.</summary>
    public long? PeakMemoryBytes { get; set; }

    /// <summary>Records left out because they could not be read.</summary>
    public long? BadRecords { get; set; }

    /// <summary>Records cut to the longest sequence.</summary>
    public long? TruncatedRecords { get; set; }

    /// <summary>Records left out for their length.</summary>
    public long? TooLongRecords { get; set; }
}

/// <summary>A published adapter.</summary>
public sealed class PublishedArtifactStatus
{
    /// <summary>The artifact's name.</summary>
    [MaxLength(253)]
    public string? Name { get; set; }

    /// <summary>The version, such as <c>v3</c>; the next number for the name.</summary>
    [MaxLength(32)]
    public string? Version { get; set; }

    /// <summary>The manifest's digest: what names the bytes for good.</summary>
    [MaxLength(71)]
    public string? Digest { get; set; }

    /// <summary>The reference to pull by.</summary>
    [MaxLength(1024)]
    public string? Reference { get; set; }
}

/// <summary>A run in MLflow.</summary>
public sealed class TrackedRunStatus
{
    /// <summary>The experiment's id.</summary>
    [MaxLength(64)]
    public string? ExperimentId { get; set; }

    /// <summary>The run's id.</summary>
    [MaxLength(256)]
    public string? RunId { get; set; }

    /// <summary>Where a person sees it.</summary>
    [MaxLength(1024)]
    public string? Uri { get; set; }

    /// <summary>
    /// False where MLflow did not have the whole record when the run ended: what is missing waits beside the checkpoints, and a Job of its
    /// own delivers it from the volume of spec.checkpoint.claimName. Absent otherwise.
    /// </summary>
    public bool? Delivered { get; set; }

    /// <summary>What is missing there, and who delivers it.</summary>
    [MaxLength(4096)]
    public string? Message { get; set; }
}
