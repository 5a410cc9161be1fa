using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Graft.Api.Schema;

namespace Graft.Api.Planning;

/// <summary>A plan as JSON: for people and for the trainer.</summary>
public static class PlanJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        // A part's role may stand anywhere in it.
        AllowOutOfOrderMetadataProperties = true,
        WriteIndented = true,
        Converters = { new DecimalNumberConverter() },
    };

    private static readonly JsonSerializerOptions Compact = new(Options) { WriteIndented = false };

    /// <summary>The form of all JSON that trainer, operator and command line exchange: camelCase, absent fields left out.</summary>
    public static JsonSerializerOptions WireOptions => Compact;

    /// <summary>The plan, indented.</summary>
    public static string Write(RunPlan plan)
    {
        return JsonSerializer.Serialize(plan, Options);
    }

    /// <summary>The recipe alone, indented: what travels with an artifact.</summary>
    public static string Write(Recipe recipe)
    {
        return JsonSerializer.Serialize(recipe, Options);
    }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="PlanFormatException">The text is not a plan of a version that is known here.</exception>
    public static RunPlan Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("version", out var version)
                || version.ValueKind != JsonValueKind.Number
                || !version.TryGetInt32(out var number))
            {
                throw new PlanFormatException("This is not a run plan: it has no \"version\". `graft plan FILE` writes one.");
            }

            if (number != RunPlan.CurrentVersion)
            {
                throw new PlanFormatException(
                    $"The run plan has version {number}, this trainer reads version {RunPlan.CurrentVersion}. "
                    + "Use the trainer image of the same release as the operator or command line that wrote the plan.");
            }

            return document.Deserialize<RunPlan>(Options) ?? throw new PlanFormatException("The run plan is empty.");
        }
        catch (JsonException error)
        {
            throw new PlanFormatException($"The run plan cannot be read: {error.Message}", error);
        }
    }
}

/// <summary>A run plan cannot be read; the message says why and what to do.</summary>
public sealed class PlanFormatException(string message, Exception? inner = null) : Exception(message, inner);
