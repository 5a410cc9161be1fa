using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>What the specs of all kinds of runs have: records, training, and where the result goes.</summary>
public abstract class RunSpec
{
    /// <summary>The records.</summary>
    [Required]
    [JsonPropertyOrder(1)]
    public DataSpec? Data { get; set; }

    /// <summary>The optimizer and its schedule.</summary>
    [Section]
    [JsonPropertyOrder(1)]
    public TrainingSpec? Training { get; set; }

    /// <summary>The comparison, on held-out records, with the models as they are without what is trained.</summary>
    [Section]
    [JsonPropertyOrder(1)]
    public EvaluationSpec? Evaluation { get; set; }

    /// <summary>From where a stopped run goes on.</summary>
    [Section]
    [JsonPropertyOrder(1)]
    public CheckpointSpec? Checkpoint { get; set; }

    /// <summary>The record in MLflow.</summary>
    [Section]
    [JsonPropertyOrder(1)]
    public TrackingSpec? Tracking { get; set; }

    /// <summary>Where what is trained goes.</summary>
    [Section]
    [JsonPropertyOrder(1)]
    public PublishSpec? Publish { get; set; }

    /// <summary>The trainer pod.</summary>
    [Section]
    [JsonPropertyOrder(1)]
    public PodSettings? Pod { get; set; }

    /// <summary>
    /// True keeps the run from running: its Job is removed, with a checkpoint where spec.checkpoint.claimName keeps one, and its place in a
    /// queue is given up. False, or nothing, lets it run, from that checkpoint. A run that has ended is not touched.
    /// </summary>
    [JsonPropertyOrder(1)]
    public bool? Suspend { get; set; }

    /// <summary>
    /// Any new value runs a finished run again. A run never runs again by itself as long as what it computes has not changed.
    /// </summary>
    [MaxLength(64)]
    [JsonPropertyOrder(1)]
    public string? Rerun { get; set; }
}
