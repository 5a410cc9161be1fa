using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Graft.Api.Data;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>A data set, pinned by digest: checked once, used by every run that names it.</summary>
[CustomResource("TrainingDataset", "trainingdatasets", "tds")]
[PrinterColumn("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status", "Whether runs can use the data set")]
[PrinterColumn("Reason", "string", ".status.conditions[?(@.type==\"Ready\")].reason", "Why, in one word")]
[PrinterColumn("Train", "integer", ".status.trainRecords", "The number of records to train on")]
[PrinterColumn("Evaluation", "integer", ".status.evaluationRecords", "The number of held-out records")]
[PrinterColumn("Digest", "string", ".status.digest", "The digest of the data set's files", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since creation")]
[PrinterColumn("Message", "string", ".status.conditions[?(@.type==\"Ready\")].message", "Why, in a sentence")]
public sealed class TrainingDataset : GraftResource<TrainingDatasetSpec, TrainingDatasetStatus>, IInputResource
{
    FileSource? IInputResource.Source => Spec.Source;

    string? IInputResource.PinnedDigest => Spec.Digest;

    InputStatus? IInputResource.Status => Status;
}

/// <summary>Where a data set is and how its records read.</summary>
public sealed class TrainingDatasetSpec
{
    /// <summary>Where the files are.</summary>
    [Required]
    public FileSource? Source { get; set; }

    /// <summary>
    /// What a line of the JSONL files is: <c>instruction</c> {instruction, input, output}, <c>messages</c> {messages: [{role, content}]},
    /// <c>text</c> {text}, trained on as a whole, or <c>imageText</c> {image, text}, a picture's file beside the JSONL file and what is
    /// said of it.
    /// </summary>
    [AllowedNames(typeof(SampleFormats))]
    [DefaultValue("instruction")]
    public string? Format { get; set; }

    /// <summary>The file to train on, inside the source.</summary>
    [Length(1, 1024)]
    [RelativePath]
    [DefaultValue("train.jsonl")]
    public string? TrainFile { get; set; }

    /// <summary>The file of held-out records, inside the source. Without it runs are not evaluated.</summary>
    [Length(1, 1024)]
    [RelativePath]
    public string? EvaluationFile { get; set; }

    /// <summary>
    /// The digest that the files must have, as <c>status.digest</c> and <c>graft-trainer inspect</c> print it. Anything else is refused.
    /// </summary>
    [RegularExpression("^sha256:[0-9a-f]{64}$", ErrorMessage = "sha256: and 64 lower-case hex digits")]
    [MaxLength(71)]
    public string? Digest { get; set; }

    /// <summary>The data's license.</summary>
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

/// <summary>What was found in a data set's files.</summary>
public sealed class TrainingDatasetStatus : InputStatus
{
    /// <summary>The number of records to train on.</summary>
    public long? TrainRecords { get; set; }

    /// <summary>The number of held-out records.</summary>
    public long? EvaluationRecords { get; set; }

    /// <summary>The number of lines that cannot be read as a record.</summary>
    public long? BadRecords { get; set; }
}
