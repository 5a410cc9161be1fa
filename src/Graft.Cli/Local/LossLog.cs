using Graft.Api.Reporting;
using Graft.Cli.Display;

namespace Graft.Cli.Local;

/// <summary>
/// The events of a run that curves are drawn from, kept as lines of JSON: a run that resumes from a checkpoint shows the whole
/// curve, and a finished one can be drawn again.
/// </summary>
public sealed class LossLog : IAsyncDisposable
{
    private readonly StreamWriter _file;

    private LossLog(StreamWriter file)
    {
        _file = file;
    }

    /// <summary>Opens a run's events for more of them.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="state">Takes in what earlier runs of the plan have left.</param>
    public static LossLog Open(RunFolder folder, RunProgressState state)
    {
        state.ApplyAll(Read(folder.EventsFile));
        return new LossLog(new StreamWriter(folder.EventsFile, append: true) { AutoFlush = true });
    }

    /// <summary>The events in a file, oldest first; none where there is no file.</summary>
    public static IReadOnlyList<TrainerEvent> Read(string file)
    {
        // A line that was cut off by a crash is no event and left out.
        return File.Exists(file) ? [.. File.ReadLines(file).Select(EventJson.Parse).OfType<TrainerEvent>()] : [];
    }

    /// <summary>Keeps an event if curves are drawn from it.</summary>
    public void Write(TrainerEvent trainerEvent, string line)
    {
        if (trainerEvent is ProgressEvent { Activity: Activities.Training } or EvaluationEvent)
        {
            _file.WriteLine(line);
        }
    }

    public ValueTask DisposeAsync()
    {
        return _file.DisposeAsync();
    }
}
