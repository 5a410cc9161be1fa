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
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new ModelException($"{folder}: there is no {ConfigurationFile}; a model is a folder in Hugging Face's layout");
        }

        var json = Read(path);
        var fields = JsonFields.Parse(json, path, (message, cause) => new ModelException(message, cause));
        _ = fields.Texts("architectures");
        return new ModelFolder(folder, JsonNode.Parse(json.Span)!.AsObject(), fields);
    }

    private static ReadOnlyMemory<byte> Read(string path)
    {
        try
        {
            return SmallFile.ReadBytes(path);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw new ModelException($"{path}: cannot be read: {error.Message}", error);
        }
    }
}
