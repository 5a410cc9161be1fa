using System.Text.Json;
using Graft.Api.Planning;

namespace Graft.Cli.Training;

/// <summary>One line of a trainer's standard output: a JSON object with the field <c>event</c>.</summary>
/// <param name="Kind">
/// <c>started</c>, <c>progress</c>, <c>evaluation</c>, <c>checkpoint</c>, <c>warning</c>, <c>artifact</c>, <c>finished</c>
/// or <c>failed</c>.
/// </param>
/// <param name="Body">The whole object.</param>
public sealed record TrainerEvent(string Kind, JsonElement Body)
{
    /// <summary>The event on a line, or null where the line is something else.</summary>
    public static TrainerEvent? Parse(string line)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("event", out var kind) && kind.ValueKind == JsonValueKind.String
                ? new TrainerEvent(kind.GetString()!, document.RootElement.Clone())
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A number, or null where the event has none of that name; NaN is written as a string.</summary>
    public double? Number(string field)
    {
        return Body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
    }

    public string? Text(string field)
    {
        return Body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    /// <summary>The event as a progress report; only for events of kind <c>progress</c>.</summary>
    public ProgressReport Progress()
    {
        return new ProgressReport
        {
            Activity = Text("activity") ?? "Training",
            Message = Text("message"),
            Step = (long)(Number("step") ?? 0),
            TotalSteps = (long)(Number("totalSteps") ?? 0),
            Loss = Number("loss"),
            LearningRate = Number("learningRate"),
            TokensPerSecond = Number("tokensPerSecond"),
            EtaSeconds = Number("etaSeconds"),
            CheckpointStep = (long?)Number("checkpointStep"),
        };
    }
}
