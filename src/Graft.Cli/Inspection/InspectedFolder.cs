using System.Text.Json;
using Graft.Artifacts;
using Graft.Artifacts.SafeTensors;
using Graft.Cli.Local;
using Graft.Common;

namespace Graft.Cli.Inspection;

/// <summary>What a folder holds, read from its configuration and the headers of its safetensors; no weight is loaded.</summary>
public sealed record InspectedFolder
{
    private const string AdapterConfig = AdapterFolder.ConfigurationFile;
    private const string ModelConfig = "config.json";
    private const string Metrics = "metrics.json";

    public required string Folder { get; init; }

    /// <summary><c>adapter</c> or <c>model</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What pins the folder's files; see <see cref="FolderDigest"/>.</summary>
    public required string Digest { get; init; }

    /// <summary>The configuration, as it is.</summary>
    public required JsonElement Configuration { get; init; }

    /// <summary>The figures that travel with a published adapter; null without them.</summary>
    public JsonElement? Figures { get; init; }

    public required int Tensors { get; init; }

    public required long Parameters { get; init; }

    public required long Bytes { get; init; }

    /// <summary>The tensors' types, such as <c>F16</c>.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Reads a folder: an adapter's, a model's, or a run's, which has its adapter in the folder <c>adapter</c>.</summary>
    /// <exception cref="CliException">It is none of them, or a file in it is damaged.</exception>
    public static InspectedFolder Read(string path)
    {
        var trained = Path.Combine(path, RunFolder.TrainedFolderName);
        var folder = Directory.Exists(trained) ? trained : path;
        var isAdapter = File.Exists(Path.Combine(folder, AdapterConfig));
        if (!isAdapter && !File.Exists(Path.Combine(folder, ModelConfig)))
        {
            throw new CliException($"'{path}' is neither an adapter nor a model: it has no {AdapterConfig} and no {ModelConfig}.");
        }

        var entries = Directory.EnumerateFiles(folder, "*.safetensors").SelectMany(Entries).ToList();
        return new InspectedFolder
        {
            Folder = Path.GetFullPath(folder),
            Kind = isAdapter ? "adapter" : "model",
            Digest = FolderDigest.Compute(folder),
            Configuration = Json(Path.Combine(folder, isAdapter ? AdapterConfig : ModelConfig)),
            Figures = File.Exists(Path.Combine(folder, Metrics)) ? Json(Path.Combine(folder, Metrics)) : null,
            Tensors = entries.Count,
            Parameters = entries.Sum(entry => entry.ElementCount),
            Bytes = entries.Sum(entry => entry.ByteCount),
            Types = [.. entries.Select(entry => entry.Type.ToString()).Distinct().Order(StringComparer.Ordinal)],
        };
    }

    private static IReadOnlyList<SafeTensorEntry> Entries(string file)
    {
        try
        {
            return SafeTensorHeader.Read(file).Entries;
        }
        catch (SafeTensorException error)
        {
            throw new CliException(error.Message, error);
        }
    }

    private static JsonElement Json(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(SmallFile.ReadText(file));
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new CliException($"{file} is not JSON: {error.Message}", error);
        }
    }
}
