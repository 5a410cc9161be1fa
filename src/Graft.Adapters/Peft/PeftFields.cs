using System.Text.Json;
using System.Text.Json.Nodes;

namespace Graft.Adapters.Peft;

/// <summary>Typed access to adapter_config.json; errors name the file and the key.</summary>
internal sealed class PeftFields(JsonObject json, string path)
{
    public string? Text(string key) => json[key] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw Wrong(key, "a string"),
    };

    public double Number(string key, double otherwise) => json[key] is { } value ? Number(value, key) : otherwise;

    public bool Flag(string key) => json[key] switch
    {
        null => false,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        _ => throw Wrong(key, "true or false"),
    };

    /// <summary>A list of strings, or null.</summary>
    public IReadOnlyList<string>? Texts(string key)
    {
        var texts = Texts(key, out var single);
        return single is null ? texts : [single];
    }

    /// <summary>A list of strings, or null; a plain string comes out as <paramref name="single"/>.</summary>
    public IReadOnlyList<string>? Texts(string key, out string? single)
    {
        single = null;
        switch (json[key])
        {
            case null:
                return null;
            case JsonArray array when array.All(item => item?.GetValueKind() == JsonValueKind.String):
                return [.. array.Select(item => item!.GetValue<string>())];
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                single = value.GetValue<string>();
                return null;
            default:
                throw Wrong(key, "a string or a list of strings");
        }
    }

    /// <summary>A whole number or a list of them; empty when absent.</summary>
    public IReadOnlyList<int> Integers(string key) => json[key] switch
    {
        null => [],
        JsonArray array => [.. array.Select(item => (int)Number(item ?? throw Wrong(key, "numbers"), key))],
        var value => [(int)Number(value, key)],
    };

    /// <summary>An object of numbers; empty when absent.</summary>
    public IReadOnlyDictionary<string, double> Numbers(string key) => json[key] switch
    {
        null => new Dictionary<string, double>(),
        JsonObject section => section.ToDictionary(item => item.Key, item => Number(item.Value ?? throw Wrong(key, "numbers"), key)),
        _ => throw Wrong(key, "an object of numbers"),
    };

    public AdapterException Wrong(string key, string expected) =>
        new($"{path}: {key} = {json[key]?.ToJsonString() ?? "(missing)"} must be {expected}");

    private double Number(JsonNode value, string key) =>
        value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : throw Wrong(key, "a number");
}
