using System.ComponentModel.DataAnnotations;
using Graft.Api.Methods;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>Fine-tunes a frozen base model with one method, evaluates it, and publishes the trained part.</summary>
[CustomResource("AdapterTrainingRun", "adaptertrainingruns", "atr")]
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
