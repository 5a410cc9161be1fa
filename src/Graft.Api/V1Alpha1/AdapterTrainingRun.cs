using System.ComponentModel.DataAnnotations;
using Graft.Api.Methods;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>Fine-tunes a frozen base model with one method, evaluates it, and publishes the trained part.</summary>
[CustomResource("AdapterTrainingRun", "adaptertrainingruns", "atr")]
[PrinterColumn("State", "string", ".status.conditions[?(@.type==\"Succeeded\")].reason", "What the run is doing, in one word")]
[PrinterColumn("Progress", "string", ".status.progress.summary", "Step of steps")]
[PrinterColumn("Loss", "string", ".status.progress.loss", "The last training loss")]
[PrinterColumn("Version", "string", ".status.artifact.version", "The published version")]
[PrinterColumn("ETA", "string", ".status.progress.eta", "Time left", Priority = 1)]
[PrinterColumn("Digest", "string", ".status.artifact.digest", "The published digest", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since creation")]
[PrinterColumn("Message", "string", ".status.conditions[?(@.type==\"Succeeded\")].message", "What the run is doing, in a sentence")]
[SelectableField(".spec.baseModelRef.name")]
[SelectableField(".spec.data.datasetRef.name")]
public sealed class AdapterTrainingRun : GraftResource<AdapterTrainingRunSpec, TrainingRunStatus>;

/// <summary>What to train, on what, and where the result goes.</summary>
public sealed class AdapterTrainingRunSpec
{
    /// <summary>The frozen model.</summary>
    [Required]
    public LocalReference? BaseModelRef { get; set; }

    /// <summary>How it is adapted.</summary>
    [Required]
    public MethodSpec? Method { get; set; }

    /// <summary>The records.</summary>
    [Required]
    public DataSpec? Data { get; set; }

    /// <summary>The optimizer and its schedule.</summary>
    [Section]
    public TrainingSpec? Training { get; set; }

    /// <summary>The comparison of base and adapted model.</summary>
    [Section]
    public EvaluationSpec? Evaluation { get; set; }

    /// <summary>From where a stopped run goes on.</summary>
    [Section]
    public CheckpointSpec? Checkpoint { get; set; }

    /// <summary>The record in MLflow.</summary>
    [Section]
    public TrackingSpec? Tracking { get; set; }

    /// <summary>Where the adapter goes.</summary>
    [Section]
    public PublishSpec? Publish { get; set; }

    /// <summary>The trainer pod.</summary>
    [Section]
    public PodSettings? Pod { get; set; }

    /// <summary>
    /// True keeps the run from running: its Job is removed, with a checkpoint where spec.checkpoint.claimName keeps one, and its place in a
    /// queue is given up. False, or nothing, lets it run, from that checkpoint. A run that has ended is not touched.
    /// </summary>
    public bool? Suspend { get; set; }

    /// <summary>
    /// Any new value runs a finished run again. A run never runs again by itself as long as what it computes has not changed.
    /// </summary>
    [MaxLength(64)]
    public string? Rerun { get; set; }
}
