using System.ComponentModel.DataAnnotations;
using Graft.Api.Projectors;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>Aligns a frozen encoder with a frozen language model by a trained projector.</summary>
[CustomResource("ProjectionPretrain", "projectionpretrains", "ppt")]
[SelectableField(".spec.encoderRef.name")]
[SelectableField(".spec.languageModelRef.name")]
[SelectableField(".spec.data.datasetRef.name")]
public sealed class ProjectionPretrain : RunResource<ProjectionPretrainSpec>;

/// <summary>What to align with what, on what.</summary>
public sealed class ProjectionPretrainSpec : RunSpec
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
}
