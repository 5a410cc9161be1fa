using System.Text.Json;

namespace Graft.Api.Planning;

/// <summary>
/// What <c>graft-trainer inspect</c> is asked to read: one document, mounted into the pod as run plans are, so that no text of a
/// spec is ever a word of a command line.
/// </summary>
public sealed record InspectionPlan
{
    /// <summary>The version of this document's form. A trainer refuses one that it does not know.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>Where the files are.</summary>
    public required PlanInput Input { get; init; }

    /// <summary>How to read them as a model; exactly one of this and <see cref="Dataset"/> is set.</summary>
    public InspectedModel? Model { get; init; }

    /// <summary>How to read them as a data set.</summary>
    public InspectedDataset? Dataset { get; init; }

    /// <summary>Where the report is written, at most 4 KiB; Kubernetes shows it. Nowhere without it.</summary>
    public string? TerminationMessagePath { get; init; }

    /// <summary>The document as JSON: equal plans are equal bytes.</summary>
    public string Write()
    {
        return JsonSerializer.Serialize(this, PlanJson.WireOptions);
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="PlanFormatException">The text is no inspection plan of a version that is known here.</exception>
    public static InspectionPlan Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("version", out var version)
                || version.ValueKind != JsonValueKind.Number
                || !version.TryGetInt32(out var number))
            {
                throw new PlanFormatException("This is not an inspection plan: it has no \"version\".");
            }

            if (number != CurrentVersion)
            {
                throw new PlanFormatException(
                    $"The inspection plan has version {number}, this trainer reads version {CurrentVersion}. "
                    + "Use the trainer image of the same release as the operator.");
            }

            var plan = document.Deserialize<InspectionPlan>(PlanJson.WireOptions)
                ?? throw new PlanFormatException("The inspection plan is empty.");
            return (plan.Model is null) != (plan.Dataset is null)
                ? plan
                : throw new PlanFormatException("The inspection plan must have either \"model\" or \"dataset\".");
        }
        catch (JsonException error)
        {
            throw new PlanFormatException($"The inspection plan cannot be read: {error.Message}", error);
        }
    }
}

/// <summary>How files are read as a model.</summary>
public sealed record InspectedModel
{
    /// <summary>How the files are laid out: <c>huggingFace</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The weights are drawn at random: none are asked for.</summary>
    public bool RandomInitialization { get; init; }
}

/// <summary>How files are read as a data set.</summary>
public sealed record InspectedDataset
{
    /// <summary>What a record is: <c>instruction</c>, <c>messages</c> or <c>text</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The file to train on, relative to the folder and inside it.</summary>
    public required string TrainFile { get; init; }

    /// <summary>The file of held-out records, likewise.</summary>
    public string? EvaluationFile { get; init; }
}
