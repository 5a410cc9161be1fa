using System.Threading.Channels;
using Graft.Operator.Status;
using k8s;
using k8s.Models;

namespace Graft.Operator.Runtime;

/// <summary>Something to tell about an object.</summary>
/// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
/// <param name="Reason">What happened, CamelCase, one of few.</param>
/// <param name="Action">What was being done.</param>
/// <param name="Note">A sentence for people.</param>
public sealed record EventNote(string Type, string Reason, string Action, string Note)
{
    public const string Normal = "Normal";
    public const string Warning = "Warning";
}

/// <summary>
/// Writes events (events.k8s.io/v1) in the background. One that repeats within a while becomes a count on the first. When the
/// server cannot keep up, or refuses them, events are dropped: they are a story for people, and the conditions hold the facts.
/// </summary>
public sealed class EventRecorder(
    ResourceClient<Eventsv1Event> events, string controller, string instance, TimeProvider time, ILogger logger)
{
    private const int LongestNoteBytes = 1024;
    private const int LongestName = 253;
    private const int LongestWord = 128;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(6);

    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(4096)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
        SingleReader = true,
    });

    private readonly Dictionary<(string Uid, EventNote Note), Series> _series = [];
    private readonly HashSet<string> _refused = [];
    private long _swept;

    /// <summary>Tells something about an object; returns at once.</summary>
    public void Record(IKubernetesObject<V1ObjectMeta> regarding, KubernetesKind kind, EventNote note)
    {
        var reference = new V1ObjectReference
        {
            ApiVersion = kind.ApiVersion,
            Kind = kind.Kind,
            Name = regarding.Metadata.Name,
            NamespaceProperty = regarding.Metadata.NamespaceProperty,
            Uid = regarding.Metadata.Uid,
            ResourceVersion = regarding.Metadata.ResourceVersion,
        };
        _entries.Writer.TryWrite(new Entry(reference, note, time.GetUtcNow().UtcDateTime));
    }

    /// <summary>Writes until canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var entry in _entries.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    await WriteAsync(entry, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception error) when (ApiFault.Is(error))
                {
                    // Said once for each sort: what is wrong with one event is wrong with the next of its sort.
                    var level = _refused.Add(entry.Note.Reason) ? LogLevel.Warning : LogLevel.Debug;
                    logger.Log(
                        level,
                        "The event {Reason} on {Name} was not written: {Error}; others like it are dropped silently",
                        entry.Note.Reason,
                        entry.Regarding.Name,
                        error.Message);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task WriteAsync(Entry entry, CancellationToken cancellationToken)
    {
        Sweep();
        var key = (entry.Regarding.Uid, entry.Note);
        if (_series.TryGetValue(key, out var series) && time.GetElapsedTime(series.LastSeen) < Memory)
        {
            series.Count++;
            series.LastSeen = time.GetTimestamp();
            var patch = new
            {
                series = new
                {
                    count = series.Count,
                    lastObservedTime = entry.At.ToString(
                "yyyy-MM-ddTHH:mm:ss.ffffffZ", null)
                }
            };
            await events.MergePatchAsync(series.Event, patch, null, controller, cancellationToken).ConfigureAwait(false);
            return;
        }

        var written = await events.CreateAsync(
            new Eventsv1Event
            {
                Metadata = new V1ObjectMeta
                {
                    Name = NameOf(entry.Regarding.Name),
                    NamespaceProperty = entry.Regarding.NamespaceProperty,
                },
                Regarding = entry.Regarding,
                Type = entry.Note.Type,
                Reason = StatusText.Reason(entry.Note.Reason, "Unknown"),
                Action = entry.Note.Action,
                Note = StatusText.CleanBytes(entry.Note.Note, LongestNoteBytes),
                ReportingController = controller,
                ReportingInstance = instance.Length <= LongestWord ? instance : instance[..LongestWord],
                EventTime = entry.At,
            },
            controller,
            cancellationToken).ConfigureAwait(false);
        _series[key] = new Series(ObjectKey.Of(written), time.GetTimestamp());
    }

    /// <summary>A name of its own that begins with the object's, as far as there is room.</summary>
    private static string NameOf(string regarding)
    {
        var unique = $".{Guid.NewGuid():N}";
        return regarding[..Math.Min(regarding.Length, LongestName - unique.Length)].TrimEnd('.', '-') + unique;
    }

    /// <summary>Forgets what has not repeated for a while.</summary>
    private void Sweep()
    {
        if (time.GetElapsedTime(_swept) < Memory)
        {
            return;
        }

        _swept = time.GetTimestamp();
        foreach (
            var old in _series.Where(series => time.GetElapsedTime(series.Value.LastSeen) >= Memory).Select(series => series.Key).ToList())
        {
            _series.Remove(old);
        }
    }

    private sealed record Entry(V1ObjectReference Regarding, EventNote Note, DateTime At);

    private sealed class Series(ObjectKey @event, long lastSeen)
    {
        public ObjectKey Event { get; } = @event;

        public int Count { get; set; } = 1;

        public long LastSeen { get; set; } = lastSeen;
    }
}
