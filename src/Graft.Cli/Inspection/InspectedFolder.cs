using System.Text.Json;
using Graft.Api.Reporting;
using Graft.Artifacts;
using Graft.Artifacts.SafeTensors;
using Graft.Programs;
using Graft.Cli.Local;
using Graft.Common;

namespace Graft.Cli.Inspection;

/// <summary>What a folder holds, read from its configuration and the headers of its safetensors; no weight is loaded.</summary>
public sealed record InspectedFolder
{
    private const string Metrics = "metrics.json";

    public required string Folder { get; init; }

    /// <summary>The name of one of <see cref="FolderKinds"/>.</summary>
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

    /// <summary>
    /// Reads a folder: that of a kind which is published, or a run's, which has what it trained in the folder <c>adapter</c>.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="begin">Shows that its files are read.</param>
    /// <exception cref="CliException">It is none of them, or a file in it is damaged.</exception>
    public static InspectedFolder Read(string path, Func<ActivityProgress, ActivityLine> begin)
    {
        var trained = Path.Combine(path, RunFolder.TrainedFolderName);
        var folder = Directory.Exists(trained) ? trained : path;
        var kind = FolderKinds.Of(folder) ?? throw new CliException(
            $"'{path}' is none of {string.Join(", ", FolderKinds.All.Select(known => known.Name))}: "
            + $"it has no {string.Join(", no ", FolderKinds.All.Select(known => known.ConfigurationFile))}.");

        using var line = begin(new ActivityProgress { What = $"Reading what {path} holds" });
        var entries = Directory.EnumerateFiles(folder, "*.safetensors").SelectMany(Entries).ToList();
        var files = FolderListing.Of(folder);
        line.Report(new ActivityProgress { What = $"Reading {path} for its digest", Total = files.Size, IsBytes = true });
        return new InspectedFolder
        {
            Folder = Path.GetFullPath(folder),
            Kind = kind.Name,
            Digest = FolderDigest.Compute(files, line.Report),
            Configuration = Json(Path.Combine(folder, kind.ConfigurationFile)),
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
        // Others read its fields by name: it must be an object.
        var json = SmallFile.ReadBytes(file);
        _ = JsonFields.Parse(json, file, (message, cause) => new CliException(message, cause));
        return JsonElement.Parse(json.Span);
    }
}
