using System.Text.Json;

namespace Graft.Data.Records;

/// <summary>Reads the fields of a record, and says what is wrong with one.</summary>
internal static class RecordFields
{
    /// <summary>The remedy for text that is none.</summary>
    public const string NotText = "write the file as UTF-8, without lone surrogates";

    /// <summary>The field that names a record.</summary>
    public const string IdField = "id";

    /// <summary>Whether a field may be missing or empty.</summary>
    public enum Presence
    {
        Optional,
        Required,
        NotEmpty,
    }

    /// <summary>The id that the line itself states, or null; never fails, for reports about lines that cannot be read.</summary>
    public static string? StatedId(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(IdField, out var id)
        && id.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? id.ToString()
            : null;

    /// <summary>The text of a field; empty where an optional one is missing.</summary>
    /// <exception cref="BadRecordException">It is missing, empty or no text.</exception>
    public static string Text(JsonElement json, string field, Presence presence)
    {
        if (!json.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return presence == Presence.Optional
                ? ""
                : throw new BadRecordException(
                    $"the field '{field}' is {(value.ValueKind == JsonValueKind.Null ? "null" : "missing")}",
                    KnownShapes.Remedy(json, "add it, or choose the records' format"));
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new BadRecordException($"the field '{field}' is a JSON {Kind(value)}", "write a string");
        }

        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new BadRecordException($"the field '{field}' is not valid UTF-8 text", NotText);
        }

        return presence == Presence.NotEmpty && string.IsNullOrWhiteSpace(text)
            ? throw new BadRecordException($"the field '{field}' is empty", "give it text, or remove the record")
            : text;
    }

    /// <summary>A remedy, and the fields that there are.</summary>
    public static string Fields(JsonElement json, string remedy) =>
        $"{remedy} (the record has: {string.Join(", ", json.EnumerateObject().Select(p => p.Name).Take(8))})";

    /// <summary>What a value is, in JSON's words.</summary>
    public static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
