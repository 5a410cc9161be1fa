using Graft.Api.Data;
using Graft.Api.Planning;
using Graft.Data.Records;
using Graft.Data.Templates;

namespace Graft.Data;

/// <summary>What happens to a record that cannot be used.</summary>
public enum BadRecordPolicy
{
    /// <summary>It stops the run.</summary>
    Error,

    /// <summary>It is left out and counted.</summary>
    Skip,
}

/// <summary>What happens to a record that is longer than the longest sequence.</summary>
public enum TooLongPolicy
{
    /// <summary>It stops the run.</summary>
    Error,

    /// <summary>Its end is cut off, or it is left out where nothing of its answers would be left; both counted.</summary>
    Truncate,

    /// <summary>It is left out and counted.</summary>
    Skip,
}

/// <summary>Which of a conversation's answers are trained, of those that do not say themselves that they are not.</summary>
public enum TrainedAnswers
{
    /// <summary>All of them.</summary>
    AllAnswers,

    /// <summary>The last one; those before it are part of what it answers to.</summary>
    LastAnswer,
}

/// <summary>How the records of a data set become samples.</summary>
/// <param name="Parser">Reads a record.</param>
/// <param name="Template">How a record becomes text.</param>
/// <param name="MaxLength">The longest sequence in tokens.</param>
/// <param name="OnTooLong">What happens to longer ones.</param>
/// <param name="OnBadRecord">What happens to records that cannot be used.</param>
/// <param name="Packing">Whether texts are joined end to end into sequences of <paramref name="MaxLength"/> tokens.</param>
public sealed record DataOptions(
    IRecordParser Parser, IPromptTemplate Template, int MaxLength, TooLongPolicy OnTooLong, BadRecordPolicy OnBadRecord, bool Packing)
{
    /// <summary>Which answers of a conversation are trained.</summary>
    public TrainedAnswers TrainOn { get; init; }

    /// <summary>The options that a plan states.</summary>
    /// <exception cref="PlanFormatException">The plan names something that is not known, or combines what does not go together.</exception>
    public static DataOptions From(PlanData plan)
    {
        var parser = RecordParsers.Find(plan.Format)
            ?? throw new PlanFormatException($"data.format: '{plan.Format}' is not known; known are {RecordParsers.Known}.");
        var format = SampleFormats.Find(parser.Format)!;
        var template = PromptTemplates.Find(plan.Template)
            ?? throw new PlanFormatException($"data.template: '{plan.Template}' is not known; known are "
                + $"{string.Join(", ", PromptTemplates.Names)}.");
        if (!format.Templates.Contains(template.Name))
        {
            throw new PlanFormatException(
                $"data.template: '{plan.Template}' cannot render records of the format '{plan.Format}'; leave the template out "
                    + "to get the usual one.");
        }

        if (plan.Packing && !format.CanBePacked)
        {
            throw new PlanFormatException(
                $"data.packing: joins texts for pre-training, but the records have the format '{plan.Format}', whose answers would see "
                    + "other records' text; switch packing off.");
        }

        return new DataOptions(
            parser,
            template,
            plan.MaxLength,
            Parse<TooLongPolicy>("data.onTooLong", plan.OnTooLong),
            Parse<BadRecordPolicy>("data.onBadRecord", plan.OnBadRecord),
            plan.Packing)
        {
            TrainOn = Parse<TrainedAnswers>("data.trainOn", plan.TrainOn),
        };
    }

    private static T Parse<T>(string field, string value)
        where T : struct, Enum =>
        Enum.TryParse(value, ignoreCase: true, out T parsed) && Enum.IsDefined(parsed)
            ? parsed
            : throw new PlanFormatException($"{field}: '{value}' is not known; known are {string.Join(", ", Enum.GetNames<T>())}.");
}
