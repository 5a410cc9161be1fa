using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graft.Trainer.Reporting;

/// <summary>Writes events as one JSON object a line: what the local runner reads. Progress comes a few times a second at most.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="time">Decides what is too soon.</param>
public sealed class JsonLinesSink(TextWriter output, TimeProvider time) : IEventSink
{
    private static readonly TimeSpan BetweenProgress = TimeSpan.FromMilliseconds(100);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

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

        // The runtime type, or only the base type's fields would be written.
        output.WriteLine(JsonSerializer.Serialize(told, told.GetType(), Options));
        output.Flush();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
