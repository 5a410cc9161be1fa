using System.Text.Json;
using System.Text.Json.Serialization;
using Graft.Tracking.Spool;

namespace Graft.Tracking.Rest;

/// <summary>
/// One <c>runs/log-batch</c> request. MLflow takes 1000 metrics, 100 parameters and 100 tags, 1000 in all, in about a megabyte
/// (mlflow/utils/validation.py); the spool's reader sees to the size.
/// </summary>
internal sealed class LogBatch
{
    public const int MaxEntries = 1000;
    public const int MaxParameters = 100;
    public const int MaxTags = 100;

    // NaN and the infinities must be strings: after a bare NaN the server drops the rest of the body and answers 200.
    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly IReadOnlyList<TrackingEvent> _entries;

    private LogBatch(IReadOnlyList<TrackingEvent> entries)
    {
        _entries = entries;
    }

    public int Count => _entries.Count;

    /// <summary>Takes from the front what one request can carry: up to a limit, or to an entry of another kind.</summary>
    /// <returns>The batch, and how many entries were taken; the batch can hold fewer, where one replaces another.</returns>
    public static (LogBatch Batch, int Taken) Take(IReadOnlyList<SpooledEvent> spooled, Func<MetricEvent, bool> isRecorded)
    {
        var metrics = new List<TrackingEvent>();
        var parameters = new Dictionary<string, TrackingEvent>(StringComparer.Ordinal);
        var tags = new Dictionary<string, TrackingEvent>(StringComparer.Ordinal);
        var taken = 0;
        foreach (var (entry, _) in spooled)
        {
            if (entry is not (null or MetricEvent or ParameterEvent or TagEvent)
                || metrics.Count + parameters.Count + tags.Count == MaxEntries
                || (entry is ParameterEvent && parameters.Count == MaxParameters)
                || (entry is TagEvent && tags.Count == MaxTags)
                // A second value goes into a request of its own: the server shall refuse it alone.
                || (entry is ParameterEvent again && parameters.TryGetValue(again.Key, out var first) && !first.Equals(again)))
            {
                break;
            }

            taken++;
            switch (entry)
            {
                case MetricEvent metric when !isRecorded(metric):
                    metrics.Add(metric);
                    break;
                case ParameterEvent parameter:
                    parameters[parameter.Key] = parameter;
                    break;
                case TagEvent tag:
                    tags[tag.Key] = tag;
                    break;
            }
        }

        return (new LogBatch([.. parameters.Values, .. tags.Values, .. metrics]), taken);
    }

    /// <summary>Two requests that carry the same together.</summary>
    public (LogBatch First, LogBatch Second) Halve()
    {
        var middle = _entries.Count / 2;
        return (new LogBatch([.. _entries.Take(middle)]), new LogBatch([.. _entries.Skip(middle)]));
    }

    public byte[] Body(string runId)
    {
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                run_id = runId,
                metrics = _entries.OfType<MetricEvent>().Select(m => new { key = m.Key, value = m.Value, timestamp = m.At, step = m.Step }),
                @params = _entries.OfType<ParameterEvent>().Select(p => new { key = p.Key, value = p.Value }),
                tags = _entries.OfType<TagEvent>().Select(t => new { key = t.Key, value = t.Value }),
            },
            Options);
    }

    /// <summary>Names what the batch holds, for a message about a batch of one.</summary>
    public override string ToString()
    {
        return _entries switch
        {
            [MetricEvent metric] => $"metric '{metric.Key}' at step {metric.Step}",
            [ParameterEvent parameter] => $"parameter '{parameter.Key}'",
            [TagEvent tag] => $"tag '{tag.Key}'",
            _ => $"{_entries.Count} entries",
        };
    }
}
