using System.Text.Json.Nodes;

namespace Graft.Models.Configuration;

/// <summary>Typed access to a config.json; errors name the file and the field.</summary>
internal sealed class ConfigurationReader(JsonObject content, string path)
{
    /// <summary>The file, for messages.</summary>
    public string Path { get; } = path;

    public bool Has(string field) => content[field] is not null;

    /// <summary>A nested object, or null.</summary>
    public ConfigurationReader? Section(string field) => content[field] switch
    {
        null => null,
        JsonObject section => new ConfigurationReader(section, $"{Path}: {field}"),
        _ => throw Wrong(field, "an object"),
    };

    public int Int(string field, int? otherwise = null) =>
        Read(field, "a whole number", otherwise, value => value.TryGetValue<int>(out var number) ? number : null);

    /// <summary>A whole number of at least 1.</summary>
    public int Size(string field, int? otherwise = null)
    {
        var size = Int(field, otherwise);
        return size >= 1 ? size : throw Wrong(field, "at least 1");
    }

    public double Double(string field, double? otherwise = null) =>
        Read(field, "a number", otherwise, value => value.TryGetValue<double>(out var number) ? number : null);

    public bool Bool(string field, bool otherwise) =>
        Read<bool>(field, "true or false", otherwise, value => value.TryGetValue<bool>(out var flag) ? flag : null);

    public string? Text(string field) => content[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw Wrong(field, "a string"),
    };

    /// <summary>Fails unless a setting that Graft does not implement is absent or has the value that changes nothing.</summary>
    public void Require(string field, bool holds, string supported)
    {
        if (!holds)
        {
            throw new ModelException($"{Path}: {field} = {content[field]?.ToJsonString()} is not supported; Graft supports {supported}");
        }
    }

    private T Read<T>(string field, string expected, T? otherwise, Func<JsonValue, T?> read)
        where T : struct
    {
        return content[field] switch
        {
            null => otherwise ?? throw new ModelException($"{Path}: the field '{field}' is missing ({expected})"),
            JsonValue value when read(value) is { } result => result,
            _ => throw Wrong(field, expected),
        };
    }

    private ModelException Wrong(string field, string expected) =>
        new($"{Path}: {field} = {content[field]?.ToJsonString()} must be {expected}");
}
