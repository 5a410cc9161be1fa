using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>Aligns a frozen encoder with a frozen language model by a trained projector.</summary>
[CustomResource("ProjectionPretrain", "projectionpretrains", "ppt")]
[PrinterColumn("State", "string", ".status.conditions[?(@.type==\"Succeeded\")].reason", "What the run is doing, in one word")]
[PrinterColumn("Progress", "string", ".status.progress.summary", "Step of steps")]
[PrinterColumn("Version", "string", ".status.artifact.version", "The published version")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since creation")]
public sealed class ProjectionPretrain : GraftResource<ProjectionPretrainSpec, TrainingRunStatus>;

/// <summary>What to align with what, on what.</summary>
public sealed class ProjectionPretrainSpec
{
    /// <summary>The frozen encoder of images, video or sound.</summary>
    [Required]
    public LocalReference? EncoderRef { get; set; }

    /// <summary>The frozen language model.</summary>
    [Required]
    public LocalReference? LanguageModelRef { get; set; }

    /// <summary>The trained projector.</summary>
    [Required]
    public ProjectorSpec? Projector { get; set; }

    /// <summary>The records.</summary>
    [Required]
    public DataSpec? Data { get; set; }

    /// <summary>The optimizer and its schedule.</summary>
    [Section]
    public TrainingSpec? Training { get; set; }

    /// <summary>The comparison on held-out records.</summary>
    [Section]
    public EvaluationSpec? Evaluation { get; set; }

    /// <summary>From where a stopped run goes on.</summary>
    [Section]
    public CheckpointSpec? Checkpoint { get; set; }

    /// <summary>The record in MLflow.</summary>
    [Section]
    public TrackingSpec? Tracking { get; set; }

    /// <summary>Where the projector goes.</summary>
    [Section]
    public PublishSpec? Publish { get; set; }

    /// <summary>The trainer pod.</summary>
    [Section]
    public PodSettings? Pod { get; set; }

    /// <summary>Any new value runs a finished run again.</summary>
    [MaxLength(64)]
    public string? Rerun { get; set; }
}

/// <summary>The trained part between encoder and language model.</summary>
[ExactlyOneOf("linear", "mlp")]
public sealed class ProjectorSpec
{
    /// <summary>One linear layer (LLaVA: Liu et al. 2023, arXiv:2304.08485).</summary>
    public LinearProjectorSpec? Linear { get; set; }

    /// <summary>Linear layers with GELU between them (LLaVA-1.5: Liu et al. 2023, arXiv:2310.03744).</summary>
    public MlpProjectorSpec? Mlp { get; set; }
}

/// <summary>One linear layer; it has no settings of its own.</summary>
public sealed class LinearProjectorSpec;

/// <summary>Linear layers with GELU between them.</summary>
public sealed class MlpProjectorSpec
{
    /// <summary>The number of linear layers.</summary>
    [Range(2, 8)]
    [DefaultValue(2)]
    public int? Depth { get; set; }
}
