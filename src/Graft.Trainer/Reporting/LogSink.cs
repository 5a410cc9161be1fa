using Graft.Api.Reporting;
using Graft.Common;

namespace Graft.Trainer.Reporting;

/// <summary>
/// Tells a run in sentences, for whoever reads a pod's log. Progress comes every quarter of a minute, what holds it up at once.
/// </summary>
/// <param name="log">Where the sentences go.</param>
/// <param name="time">Decides what is too soon.</param>
public sealed class LogSink(TextWriter log, TimeProvider time) : IEventSink
{
    private static readonly TimeSpan BetweenProgress = TimeSpan.FromSeconds(15);

    private long? _lastProgress;
    private string? _lastMessage;

    public void Take(TrainerEvent told)
    {
        var isHeldUp = told is ProgressEvent { Message: { } message } && message != _lastMessage;
        if (told is ProgressEvent && !isHeldUp && _lastProgress is { } last && time.GetElapsedTime(last) < BetweenProgress)
        {
            return;
        }

        if (Sentence(told) is not { } sentence)
        {
            return;
        }

        (_lastProgress, _lastMessage) = told is ProgressEvent progress
            ? (time.GetTimestamp(), progress.Message ?? _lastMessage)
            : (_lastProgress, _lastMessage);
        log.WriteLine(Entry(time, sentence));
    }

    /// <summary>
    /// A sentence as it stands in a log. A further line begins with blanks: a message cannot pass for an entry of its own.
    /// </summary>
    public static string Entry(TimeProvider time, string sentence)
    {
        var lines = VisibleText.Lines(sentence.ReplaceLineEndings("\n")).Replace("\n", "\n  ", StringComparison.Ordinal);
        return $"{time.GetUtcNow():HH:mm:ss} {lines}";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? Sentence(TrainerEvent told) => told switch
    {
        StartedEvent started => $"{EventText.Of(started)}\nThe first sample, what is trained between ⟦ and ⟧:\n{started.FirstSample}",
        // What an activity is held up by; that it goes on is said by what it tells itself.
        ProgressEvent { Activity: not Activities.Training, Message: null, Part: null } => null,
        // The result is told by whoever knows how the process ends.
        FailedEvent => null,
        _ => EventText.Of(told),
    };
}
