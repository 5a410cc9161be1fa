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
public sealed class AdapterTrainingRun : RunResource<AdapterTrainingRunSpec>;

/// <summary>What to train, on what, and where the result goes.</summary>
public sealed class AdapterTrainingRunSpec : RunSpec
{
    /// <summary>The frozen model.</summary>
    [Required]
    public LocalReference? BaseModelRef { get; set; }

    /// <summary>How it is adapted.</summary>
    [Required]
    public MethodSpec? Method { get; set; }
}
