using System.Globalization;
using Graft.Common;

namespace Graft.Tracking.FileStore;

/// <summary>One run's folder within an <c>mlruns</c> folder.</summary>
internal sealed class MlrunsRun
{
    private readonly string _folder;
    private readonly Dictionary<string, object?> _meta;

    private MlrunsRun(string folder, Dictionary<string, object?> meta)
    {
        _folder = folder;
        _meta = meta;
    }

    public string Folder => _folder;

    public string Id => Path.GetFileName(_folder);

    /// <summary>A new run, or one whose creator was killed; it is there for MLflow with its first status.</summary>
    public static MlrunsRun Create(MlrunsFolder store, string experimentId, string runId, string name, string user, DateTimeOffset now)
    {
        var folder = Path.Combine(store.Root, experimentId, runId);
        foreach (var part in (string[])["metrics", "params", "tags", "artifacts"])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        return new MlrunsRun(folder, Meta(folder, experimentId, runId, name, user, now.ToUnixTimeMilliseconds()));
    }

    /// <summary>Opens a run that an earlier process wrote.</summary>
    public static MlrunsRun Open(string folder, DateTimeOffset now)
    {
        UnfinishedFiles.Sweep(folder);
        var old = MlrunsFolder.ReadMeta(folder)!;
        var start = long.TryParse(old.GetValueOrDefault("start_time"), CultureInfo.InvariantCulture, out var milliseconds)
            ? milliseconds
            : now.ToUnixTimeMilliseconds();
        var experimentId = Path.GetFileName(Path.GetDirectoryName(folder))!;
        var name = old.GetValueOrDefault("run_name") ?? "";
        var meta = Meta(folder, experimentId, Path.GetFileName(folder), name, old.GetValueOrDefault("user_id") ?? "", start);
        meta["artifact_uri"] = old.GetValueOrDefault("artifact_uri") ?? meta["artifact_uri"];
        return new MlrunsRun(folder, meta);
    }

    public void WriteStatus(TrackedStatus status, DateTimeOffset now)
    {
        _meta["status"] = (int)status;
        _meta["end_time"] = status.IsEnd() ? now.ToUnixTimeMilliseconds() : null;
        Write("meta.yaml", FlatYaml.Write(_meta.OrderBy(entry => entry.Key, StringComparer.Ordinal)));
    }

    public void WriteTag(string key, string value)
    {
        Write(Path.Combine("tags", key), value);
    }

    /// <summary>Writes the parameter; returns the value it already has if that is another one, else null.</summary>
    public string? WriteParameter(string key, string value)
    {
        var path = Path.Combine(_folder, "params", key);
        if (!File.Exists(path))
        {
            Write(Path.Combine("params", key), value);
            return null;
        }

        var present = File.ReadAllText(path);
        return present == value ? null : present;
    }

    public void AppendMetric(string key, double value, long step, DateTimeOffset at)
    {
        var path = Path.Combine(_folder, "metrics", key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // One write of one line: a process that is killed leaves whole lines.
        File.AppendAllText(
            path,
            string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeMilliseconds()} {MlflowNames.Number(value)} {step}\n"));
    }

    /// <summary>The points that are there, after cutting off a line that a crash of the machine left unfinished.</summary>
    public RecordedPoints ReadPoints()
    {
        var points = new RecordedPoints();
        var metrics = Path.Combine(_folder, "metrics");
        if (!Directory.Exists(metrics))
        {
            return points;
        }

        foreach (var path in Directory.EnumerateFiles(metrics, "*", SearchOption.AllDirectories))
        {
            var key = Path.GetRelativePath(metrics, path);
            var text = File.ReadAllText(path);
            var whole = text.LastIndexOf('\n') + 1;
            if (whole < text.Length)
            {
                Write(Path.Combine("metrics", key), text[..whole]);
            }

            foreach (var point in Points(text[..whole]))
            {
                points.Add(key, point.Step);
            }
        }

        return points;
    }

    /// <summary>A metric's points, in the order of the file; none where there is no such metric.</summary>
    public IReadOnlyList<MetricPoint> ReadMetric(string key)
    {
        var path = Path.Combine(_folder, "metrics", key);
        return File.Exists(path) ? [.. Points(File.ReadAllText(path))] : [];
    }

    /// <summary>Writes which data the run reads: the data set itself among the experiment's, and the run's use of it.</summary>
    public void WriteInput(TrackedDataset dataset)
    {
        var datasetId = Sha256Text.Of($"{dataset.ShortName}\n{dataset.ShortDigest}")[..32];
        Write(Path.Combine(Path.GetDirectoryName(_folder)!, "datasets", datasetId, "meta.yaml"), FlatYaml.Write(
        [
            new("digest", dataset.ShortDigest),
            new("name", dataset.ShortName),
            new("profile", dataset.Profile),
            new("schema", null),
            new("source", dataset.Source),
            new("source_type", dataset.SourceType),
        ]));
        Write(Path.Combine("inputs", Sha256Text.Of($"{datasetId}\n{Id}")[..32], "meta.yaml"), FlatYaml.Write(
        [
            new("destination_id", Id),
            new("destination_type", "RUN"),
            new("source_id", datasetId),
            new("source_type", "DATASET"),
            new("tags", dataset.Tags),
        ]));
    }

    public void CopyArtifact(string source, string artifactPath)
    {
        AtomicFile.Copy(source, Path.Combine(_folder, "artifacts", artifactPath), unfinished: _folder);
    }

    /// <summary>The points of a metric's file: lines of "time value step".</summary>
    private static IEnumerable<MetricPoint> Points(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is [_, var written, var at, ..]
                && long.TryParse(at, CultureInfo.InvariantCulture, out var step) && MlflowNames.ReadNumber(written) is { } value)
            {
                yield return new MetricPoint(step, value);
            }
        }
    }

    // MLflow takes every file among the parameters, tags, metrics and artifacts for one of them, also a hidden one: what is not whole yet
    // lies in the run's folder itself.
    private void Write(string file, string content)
    {
        AtomicFile.WriteText(Path.Combine(_folder, file), content, unfinished: _folder);
    }

    private static Dictionary<string, object?> Meta(
        string folder, string experimentId, string runId, string name, string user, long start)
    {
        return new()
        {
            ["artifact_uri"] = MlrunsFolder.FolderUri(Path.Combine(folder, "artifacts")),
            ["entry_point_name"] = "",
            ["experiment_id"] = experimentId,
            ["lifecycle_stage"] = "active",
            ["run_id"] = runId,
            ["run_name"] = name,
            ["run_uuid"] = runId,
            ["source_name"] = "",
            ["source_type"] = 4,
            ["source_version"] = "",
            ["start_time"] = start,
            ["tags"] = Array.Empty<string>(),
            ["user_id"] = user,
        };
    }
}
