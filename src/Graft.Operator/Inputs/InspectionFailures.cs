using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Common;
using Graft.Operator.Pods;

namespace Graft.Operator.Inputs;

/// <summary>Why an inspection failed, and with that whether and how soon repeating it may help.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="FirstPause">The pause before the second attempt; null where only a change helps.</param>
public sealed record InspectionFailure(string Reason, string Message, TimeSpan? FirstPause)
{
    /// <summary>The longest pause between two attempts.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>What others may mend any moment: a registry, a node.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    private const int LongestMessage = 2000;

    /// <summary>Reads a Job that has ended without a result.</summary>
    public static InspectionFailure Of(string job, TrainerJobView view, InspectionReport? report)
    {
        var words = report?.Error ?? (view.Message.Length > 0 ? view.Message : $"The Job {job} left no report.");
        var message = ReportText.Plain(words, LongestMessage);
        return (report?.Reason ?? view.FailureReason) switch
        {
            Reasons.SourceUnavailable => new InspectionFailure(Reasons.SourceUnavailable, message, Soon),
            Reasons.OutOfMemory => new InspectionFailure(
                Reasons.OutOfMemory,
                "The inspection needed more memory than it may have. Raise spec.pod.memory, or the chart's value inspect.memory.",
                null),
            Reasons.BadPlan or Reasons.BadData or Reasons.ModelNotLoadable =>
                new InspectionFailure(Reasons.InspectionFailed, message, null),
            _ => new InspectionFailure(Reasons.InspectionFailed, message, view.Started is null ? Soon : Later),
        };
    }

    /// <summary>The pause after so many failures in a row: it doubles, up to <see cref="LongestPause"/>.</summary>
    public TimeSpan? Pause(int failures)
    {
        return FirstPause is { } first ? Backoff.Doubled(first, LongestPause, failures) : null;
    }

    /// <summary>
    /// How long after its start a Job that somebody deleted before it had ended is made anew: at once, but not for ever if something
    /// deletes each of them.
    /// </summary>
    public static TimeSpan PauseAfterLoss(int failures)
    {
        return failures < 2 ? InspectionDecider.CachePatience : Backoff.Doubled(Soon, LongestPause, failures - 1);
    }
}
