using System.Text.Json;
using System.Text.Json.Serialization;
using Graft.Api.Planning;

namespace Graft.Api.Reporting;

/// <summary>Events as lines of JSON.</summary>
public static class EventJson
{
    private static readonly JsonSerializerOptions Options = new(PlanJson.WireOptions)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        // A loss may be NaN.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The event as a line.</summary>
    public static string Write(TrainerEvent told)
    {
        return JsonSerializer.Serialize(told, Options);
    }

    /// <summary>The event on a line; null where the line is something else, or an event that only another release knows.</summary>
    public static TrainerEvent? Parse(string line)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<TrainerEvent>(line, Options);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
