using System.Text.Json;
using System.Text.Json.Serialization;
using Graft.Api.Planning;
using Graft.Api.Reporting;

namespace Graft.Operator.Reports;

/// <summary>
/// Reads a trainer's report, also one of another release: fields that are not known here are passed over, and numbers that fit
/// nowhere become the nearest that do.
/// </summary>
public static class ReportJson
{
    private static readonly JsonSerializerOptions Lenient = new(PlanJson.WireOptions)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new ClampedNumber() },
    };

    /// <summary>Reads a report.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static ProgressEvent Read(ReadOnlySpan<byte> body)
    {
        var report = JsonSerializer.Deserialize<ProgressEvent>(body, Lenient);
        return report is { Activity.Length: > 0 } ? report : throw new JsonException("it names no activity");
    }

    private sealed class ClampedNumber : JsonConverter<long>
    {
        public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.Number)
            {
                throw new JsonException("a number is expected");
            }

            if (reader.TryGetInt64(out var whole))
            {
                return whole;
            }

            // Conversion saturates, and what is no number becomes 0.
            return reader.TryGetDouble(out var number) ? (long)number : 0;
        }

        public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options)
        {
            writer.WriteNumberValue(value);
        }
    }
}
