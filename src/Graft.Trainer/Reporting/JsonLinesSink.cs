using Graft.Api.Reporting;
using Graft.Common;

namespace Graft.Trainer.Reporting;

/// <summary>Writes events as one JSON object a line: what the local runner reads. Progress comes a few times a second at most.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="time">Decides what is too soon.</param>
public sealed class JsonLinesSink(TextWriter output, TimeProvider time) : IEventSink
{
    private static readonly TimeSpan BetweenProgress = TimeSpan.FromMilliseconds(100);

    private long? _lastProgress;

    public void Take(TrainerEvent told)
    {
        if (told is ProgressEvent progress && progress.Step > 1 && progress.Step < progress.TotalSteps)
        {
            if (_lastProgress is { } last && time.GetElapsedTime(last) < BetweenProgress)
            {
                return;
            }

            _lastProgress = time.GetTimestamp();
        }

        // The same JSON, which a terminal can show as it is.
        output.WriteLine(VisibleText.Line(EventJson.Write(told)));
        output.Flush();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
