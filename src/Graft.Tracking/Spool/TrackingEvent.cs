using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graft.Tracking.Spool;

/// <summary>One entry of a run's record, as it waits in the spool: a line of JSON. Times are in milliseconds since 1970.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(MetricEvent), "metric")]
[JsonDerivedType(typeof(ParameterEvent), "parameter")]
[JsonDerivedType(typeof(TagEvent), "tag")]
[JsonDerivedType(typeof(ArtifactEvent), "artifact")]
[JsonDerivedType(typeof(DatasetEvent), "dataset")]
[JsonDerivedType(typeof(StatusEvent), "status")]
internal abstract record TrackingEvent
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public byte[] ToLine()
    {
        return [.. JsonSerializer.SerializeToUtf8Bytes(this, Options), (byte)'\n'];
    }

    /// <summary>The entry, or null where the line is none: a disk error, which must not stop what follows.</summary>
    public static TrackingEvent? FromLine(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<TrackingEvent>(line, Options);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}

internal sealed record MetricEvent(string Key, double Value, long Step, long At) : TrackingEvent;

internal sealed record ParameterEvent(string Key, string Value) : TrackingEvent;

internal sealed record TagEvent(string Key, string Value) : TrackingEvent;

internal sealed record ArtifactEvent(string Path, string? Target) : TrackingEvent;

internal sealed record DatasetEvent(TrackedDataset Dataset) : TrackingEvent;

internal sealed record StatusEvent(TrackedStatus Status, long At) : TrackingEvent;
