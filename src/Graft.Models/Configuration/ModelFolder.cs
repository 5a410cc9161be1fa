using System.Text.Json;
using System.Text.Json.Nodes;

namespace Graft.Models.Configuration;

/// <summary>A model folder in Hugging Face's layout, by its config.json.</summary>
internal sealed record ModelFolder(string Path, JsonObject Configuration, ConfigurationReader Reader)
{
    public const string ConfigurationFile = "config.json";

    /// <exception cref="ModelException">There is no readable config.json.</exception>
    public static ModelFolder Open(string folder)
    {
        var path = System.IO.Path.Combine(folder, ConfigurationFile);
        if (!File.Exists(path))
        {
            throw new ModelException($"{folder}: there is no {ConfigurationFile}; a model is a folder in Hugging Face's layout");
        }

        try
        {
            var content = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject
                ?? throw new ModelException($"{path}: not a JSON object");
            return new ModelFolder(folder, content, new ConfigurationReader(content, path));
        }
        catch (JsonException e)
        {
            throw new ModelException($"{path}: not JSON: {e.Message}", e);
        }
    }
}
