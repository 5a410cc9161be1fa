using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>A frozen foundation model, pinned by digest: checked once, used by every run that names it.</summary>
[CustomResource("BaseModel", "basemodels", "bm")]
[PrinterColumn("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status", "Whether runs can use the model")]
[PrinterColumn("Reason", "string", ".status.conditions[?(@.type==\"Ready\")].reason", "Why, in one word")]
[PrinterColumn("Architecture", "string", ".status.architecture", "The model's class, from its configuration")]
[PrinterColumn("Parameters", "integer", ".status.parameters", "The number of weights")]
[PrinterColumn("Digest", "string", ".status.digest", "The digest of the model's files", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since creation")]
[PrinterColumn("Message", "string", ".status.conditions[?(@.type==\"Ready\")].message", "Why, in a sentence")]
public sealed class BaseModel : GraftResource<BaseModelSpec, BaseModelStatus>, IInputResource
{
    FileSource? IInputResource.Source => Spec.Source;

    string? IInputResource.PinnedDigest => Spec.Digest;

    InputStatus? IInputResource.Status => Status;
}

/// <summary>Where a base model is and how it is read.</summary>
public sealed class BaseModelSpec
{
    /// <summary>Where the files are.</summary>
    [Required]
    public FileSource? Source { get; set; }

    /// <summary>
    /// The model's name on the Hugging Face hub, such as <c>HuggingFaceTB/SmolLM2-135M</c>. What is trained on it names it as its base, so
    /// that other programs find it; without it they are told where these files are. Nothing is fetched from there.
    /// </summary>
    [Length(1, 200)]
    [RegularExpression(
        "^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)?$", ErrorMessage = "OWNER/NAME as the hub has it, or NAME")]
    public string? HubId { get; set; }

    /// <summary>How the files are laid out: <c>huggingFace</c> is a folder with config.json, safetensors and a tokenizer.</summary>
    [AllowedValues("huggingFace")]
    [DefaultValue("huggingFace")]
    public string? Format { get; set; }

    /// <summary>
    /// The digest that the files must have, as <c>status.digest</c> and <c>graft-trainer inspect</c> print it. Anything else is refused.
    /// </summary>
    [RegularExpression("^sha256:[0-9a-f]{64}$", ErrorMessage = "sha256: and 64 lower-case hex digits")]
    [MaxLength(71)]
    public string? Digest { get; set; }

    /// <summary>
    /// Draw the weights at random instead of reading them, to pre-train a model from its configuration and tokenizer alone.
    /// </summary>
    public RandomInitialization? RandomInitialization { get; set; }

    /// <summary>The model's license.</summary>
    public LicenseNotice? License { get; set; }

    /// <summary>The pod that inspects the files.</summary>
    [Section]
    public InspectionPodSettings? Pod { get; set; }

    /// <summary>
    /// Any new value inspects the files again. Runs that are finished stay so as long as the files' digest is the same.
    /// </summary>
    [MaxLength(64)]
    public string? Rerun { get; set; }
}

/// <summary>Weights drawn at random: normal with the configuration's <c>initializer_range</c> as standard deviation, norms one.</summary>
public sealed class RandomInitialization
{
    /// <summary>The seed of the draw.</summary>
    [Range(0, int.MaxValue)]
    [DefaultValue(0)]
    public int? Seed { get; set; }
}

/// <summary>What was found in a base model's files.</summary>
public sealed class BaseModelStatus : InputStatus
{
    /// <summary>The model's class, from its configuration, such as <c>LlamaForCausalLM</c>.</summary>
    [MaxLength(128)]
    public string? Architecture { get; set; }

    /// <summary>The number of weights.</summary>
    public long? Parameters { get; set; }

    /// <summary>The size of the model's files in bytes.</summary>
    public long? SizeBytes { get; set; }
}
