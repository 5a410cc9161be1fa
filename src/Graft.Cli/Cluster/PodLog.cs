using Graft.Api.Reporting;

namespace Graft.Cli.Cluster;

/// <summary>
/// A trainer's log as people read it. In a pod it holds each event twice: as JSON for programs and as a sentence for people.
/// </summary>
public sealed class PodLog
{
    private string? _last;

    /// <summary>What to show of a line of the pod's log; null for what its sentences tell.</summary>
    public string? Shown(string line)
    {
        if (EventJson.Parse(line) is not { } told)
        {
            _last = line;
            return line;
        }

        // The one event that the log need not tell in a sentence of its own.
        return told is FailedEvent && EventText.Of(told) is { } why && _last?.EndsWith(why, StringComparison.Ordinal) != true ? why : null;
    }
}
