using Graft.Api.Planning;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Reporting;

/// <summary>What one of a trainer's exit codes says.</summary>
/// <param name="Code">One of <see cref="TrainerExitCodes"/>.</param>
/// <param name="Reason">The condition reason of a run that ends with it.</param>
/// <param name="Meaning">What happened and what to do, in a sentence, where the trainer could not say it itself.</param>
/// <param name="IsFinal">Whether the next try would fail in the same way, or train again what is trained.</param>
public sealed record ExitMeaning(int Code, string Reason, string Meaning, bool IsFinal)
{
    private const string NotPublished = "The adapter could not be published. The same command tries again, and trains nothing that is trained already.";

    /// <summary>The failures.</summary>
    public static IReadOnlyList<ExitMeaning> All { get; } =
    [
        new(
            TrainerExitCodes.BadPlan,
            Reasons.BadPlan,
            "The trainer cannot read the run plan; are graft and graft-trainer of one release?",
            IsFinal: true),
        new(TrainerExitCodes.BadData, Reasons.BadData, "The data cannot be read.", IsFinal: true),
        new(
            TrainerExitCodes.ModelNotLoadable,
            Reasons.ModelNotLoadable,
            "The model cannot be loaded, or the method does not fit it.",
            IsFinal: true),
        new(
            TrainerExitCodes.Diverged,
            Reasons.Diverged,
            "The loss became NaN or infinite. Try a smaller learning rate or a longer warm-up.",
            IsFinal: true),
        new(TrainerExitCodes.PublishFailed, Reasons.PublishFailed, NotPublished, IsFinal: false),
        new(TrainerExitCodes.TrainedNotPublished, Reasons.PublishFailed, NotPublished, IsFinal: true),
    ];

    /// <summary>The failure of a code; null for one that says no more than that the trainer did not end well.</summary>
    public static ExitMeaning? Of(int code)
    {
        return All.FirstOrDefault(meaning => meaning.Code == code);
    }
}
