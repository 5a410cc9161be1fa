namespace Graft.Api.Planning;

/// <summary>
/// What <c>graft-trainer inspect</c> finds in a model's or a data set's folder: printed as JSON and, in a pod, its termination message.
/// </summary>
public sealed record InspectionReport
{
    /// <summary>How many bytes of a termination message Kubernetes keeps.</summary>
    public const int MaximumBytes = 4096;

    /// <summary>The digest of the files; null where they could not be read.</summary>
    public string? Digest { get; init; }

    /// <summary>How the files are laid out: <c>huggingFace</c>, or a data set's record format.</summary>
    public string? Format { get; init; }

    /// <summary>The size of the files.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>A model's class, such as <c>LlamaForCausalLM</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>A model's number of weights.</summary>
    public long? Parameters { get; init; }

    public int? Layers { get; init; }

    public int? HiddenSize { get; init; }

    public int? VocabularySize { get; init; }

    /// <summary>The kind of a model's tokenizer: <c>byteLevelBpe</c> or <c>sentencePieceBpe</c>.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>A data set's records to train on.</summary>
    public long? TrainRecords { get; init; }

    /// <summary>A data set's held-out records; null where it has no file of them.</summary>
    public long? EvaluationRecords { get; init; }

    /// <summary>Lines that are no record.</summary>
    public long? BadRecords { get; init; }

    /// <summary>The first of them, with file, line, reason and remedy.</summary>
    public string? FirstBadRecord { get; init; }

    /// <summary>Of files that cannot be used: why, as one of <see cref="V1Alpha1.Reasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>Why the files cannot be used; null where they can.</summary>
    public string? Error { get; init; }
}
