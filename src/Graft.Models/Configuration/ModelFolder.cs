using System.Text.Json.Nodes;
using Graft.Common;

namespace Graft.Models.Configuration;

/// <summary>A model folder in Hugging Face's layout, by its config.json.</summary>
internal sealed record ModelFolder(string Path, JsonObject Configuration, JsonFields Fields)
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

        var json = SmallFile.ReadBytes(path);
        var fields = JsonFields.Parse(json, path, (message, cause) => new ModelException(message, cause));
        return new ModelFolder(folder, JsonNode.Parse(json.Span)!.AsObject(), fields);
    }
}
