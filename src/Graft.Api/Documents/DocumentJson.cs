using System.Text.Json;
using System.Text.Json.Nodes;

namespace Graft.Api.Documents;

/// <summary>Turns document nodes into JSON and back.</summary>
internal static class DocumentJson
{
    /// <summary>The document as JSON; fields without a value are left out, as the API server leaves them out.</summary>
    public static string Write(DocumentNode node)
    {
        return Node(node)?.ToJsonString() ?? "null";
    }

    /// <summary>The nodes of a JSON text, without places.</summary>
    public static DocumentNode Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Node(document.RootElement);
    }

    private static JsonNode? Node(DocumentNode node)
    {
        return node switch
        {
            DocumentMapping mapping => new JsonObject(mapping.Entries
                .Where(entry => entry.Value is not DocumentScalar { Value: null })
                .Select(entry => KeyValuePair.Create(entry.Key, Node(entry.Value)))),
            DocumentSequence list => new JsonArray([.. list.Items.Select(Node)]),
            // A whole number may be written as 8.0 or 8e0; System.Text.Json would refuse that for an integer.
            DocumentScalar { Value: double number } when IsWhole(number) => JsonValue.Create((long)number),
            DocumentScalar { Value: { } value } => JsonValue.Create(value),
            _ => null,
        };
    }

    /// <summary>Whether a number can be an integer.</summary>
    public static bool IsWhole(double number)
    {
        return Math.Abs(number) < 1L << 53 && Math.Floor(number) == number;
    }

    private static DocumentNode Node(JsonElement element)
    {
        return element.ValueKind switch
        {
            JsonValueKind.Object => new DocumentMapping(
                [.. element.EnumerateObject().Select(field => new DocumentEntry(field.Name, Node(field.Value), 0, 0))], 0, 0),
            JsonValueKind.Array => new DocumentSequence([.. element.EnumerateArray().Select(Node)], 0, 0),
            _ => new DocumentScalar(Value(element), element.ValueKind == JsonValueKind.Null ? "null" : element.ToString(), 0, 0),
        };
    }

    private static object? Value(JsonElement element)
    {
        return element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
            _ => null,
        };
    }
}
