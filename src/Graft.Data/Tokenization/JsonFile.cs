using System.Text.Json;

namespace Graft.Data.Tokenization;

/// <summary>Reads JSON files of a tokenizer folder, with the file's name in every complaint.</summary>
internal static class JsonFile
{
    public static JsonElement Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new TokenizerException($"{path}: is not JSON: {e.Message}", e);
        }
    }

    public static string? TypeOf(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out JsonElement type) ? type.GetString() : null;

    public static bool Flag(JsonElement part, string name, bool otherwise = false) =>
        part.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : otherwise;

    public static string? String(JsonElement part, string name) =>
        part.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static JsonElement? Part(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
