using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Graft.Common;

namespace Graft.Tracking.FileStore;

/// <summary>
/// An <c>mlruns</c> folder: MLflow's file layout, as its own file store writes it. Read by <c>mlflow</c> with
/// <c>MLFLOW_ALLOW_FILE_STORE=true</c> and taken over by <c>mlflow migrate-filestore</c>.
/// </summary>
internal sealed class MlrunsFolder(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string Uri => FolderUri(Root);

    public static string FolderUri(string path)
    {
        return new Uri(path).AbsoluteUri;
    }

    /// <summary>The id of the active experiment of that name, which is created if there is none.</summary>
    public string FindOrCreateExperiment(string name, DateTimeOffset now)
    {
        Directory.CreateDirectory(Path.Combine(Root, ".trash"));
        foreach (var folder in Directory.EnumerateDirectories(Root))
        {
            if (ReadMeta(folder) is { } meta && meta.GetValueOrDefault("name") == name
                && meta.GetValueOrDefault("lifecycle_stage") == "active" && meta.TryGetValue("experiment_id", out var found))
            {
                return found;
            }
        }

        // Named after its content, so that two processes that create the same experiment at once create one, and that the next process
        // finishes what a killed one began.
        var id = name == "Default" ? "0" : ExperimentId(name);
        var folderOfNew = Path.Combine(Root, id);
        var metaFile = Path.Combine(folderOfNew, "meta.yaml");
        if (!File.Exists(metaFile))
        {
            AtomicFile.WriteText(metaFile, FlatYaml.Write(
            [
                new("artifact_location", FolderUri(folderOfNew)),
                new("creation_time", now.ToUnixTimeMilliseconds()),
                new("experiment_id", id),
                new("last_update_time", now.ToUnixTimeMilliseconds()),
                new("lifecycle_stage", "active"),
                new("name", name),
            ]));
        }

        return id;
    }

    /// <summary>
    /// The id of a run that is not there yet. It follows from the experiment and the identity, so that the next process finishes what a
    /// killed one began; where MLflow's users have deleted such a run, the next is another.
    /// </summary>
    public string NewRunId(string experimentId, string uid)
    {
        return Enumerable.Range(0, int.MaxValue)
            .Select(number => Sha256Text.Of($"{experimentId}\n{uid}\n{number}")[..32])
            .First(id => ReadMeta(Path.Combine(Root, experimentId, id)) is null);
    }

    /// <summary>The folder of the active run that carries the tag, or null.</summary>
    public string? FindRun(string experimentId, string tag, string value)
    {
        return Directory.EnumerateDirectories(Path.Combine(Root, experimentId)).FirstOrDefault(folder =>
        {
            var tagFile = Path.Combine(folder, "tags", tag);
            return File.Exists(tagFile) && File.ReadAllText(tagFile) == value
                && ReadMeta(folder)?.GetValueOrDefault("lifecycle_stage") == "active";
        });
    }

    /// <summary>The scalars of the folder's <c>meta.yaml</c>, or null where there is none.</summary>
    public static Dictionary<string, string>? ReadMeta(string folder)
    {
        var path = Path.Combine(folder, "meta.yaml");
        return File.Exists(path) ? FlatYaml.Read(File.ReadAllText(path)) : null;
    }

    // 18 digits, the first not 0: what MLflow's file store generates at random.
    private static string ExperimentId(string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        var number = 100_000_000_000_000_000UL + (BitConverter.ToUInt64(hash) % 900_000_000_000_000_000UL);
        return number.ToString(CultureInfo.InvariantCulture);
    }
}
