using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Graft.Artifacts;
using Graft.Common;
using Graft.Trainer.Checkpoints;

namespace Graft.Trainer.Publishing;

/// <summary>
/// Keeps what was trained, evaluated and verified until it is published, in the folder <c>trained</c> beside the checkpoints. It is
/// written under another name, synced and renamed: with its name it is whole. Files and record are under digests, so that damage
/// afterwards is noticed.
/// </summary>
/// <param name="checkpoints">The folder of checkpoints.</param>
/// <param name="planHash">The hash of the plan that the run carries out.</param>
public sealed class TrainedStore(string checkpoints, string planHash)
{
    /// <summary>The name of the folder.</summary>
    public const string FolderName = "trained";

    private const string RecordFile = "trained.json";
    private const string FilesFolder = "adapter";
    private const string DigestField = "sha256";
    private const string RecordField = "record";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
    };

    private readonly string _folder = Path.Combine(checkpoints, FolderName);

    /// <summary>Keeps a copy of the folder's files.</summary>
    public void Save(string trainedFolder, TrainedRecord record)
    {
        var unfinished = Path.Combine(checkpoints, $".{FolderName}.{Guid.NewGuid():N}");
        foreach (var left in Directory.Exists(checkpoints) ? Directory.GetDirectories(checkpoints, $".{FolderName}.*") : [])
        {
            Directory.Delete(left, recursive: true);
        }

        Directory.CreateDirectory(unfinished);
        CopyFiles(trainedFolder, Path.Combine(unfinished, FilesFolder));
        var json = JsonSerializer.Serialize(record, Json);
        DurableFiles.Write(
            Path.Combine(unfinished, RecordFile),
            Encoding.UTF8.GetBytes($$"""{"{{DigestField}}":"{{Sha256Text.Of(json)}}","{{RecordField}}":{{json}}}"""));
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        DurableFiles.Rename(unfinished, _folder);
    }

    /// <summary>What was trained already, verified; null where there is nothing, or nothing that is whole.</summary>
    /// <param name="warn">Told of what is damaged.</param>
    /// <exception cref="ForeignCheckpointException">It belongs to another plan.</exception>
    public TrainedRecord? Find(Action<string> warn)
    {
        if (!Directory.Exists(_folder))
        {
            return null;
        }

        try
        {
            var record = Read();
            if (record.PlanHash != planHash)
            {
                throw new ForeignCheckpointException(
                    $"{_folder} holds what another plan has trained ({record.PlanHash}, not {planHash}): publishing it would mix two runs. "
                    + "Name another checkpoint folder, or delete this one.");
            }

            return FolderDigest.Compute(Path.Combine(_folder, FilesFolder)) == record.FilesDigest
                ? record
                : throw new InvalidDataException($"its files do not have the digest that {RecordFile} states");
        }
        catch (Exception error) when (error is JsonException or IOException or InvalidDataException or InvalidOperationException)
        {
            warn($"What was trained and kept in {_folder} is damaged ({error.Message}) and is passed over; the run resumes from its last "
                + "checkpoint.");
            return null;
        }
    }

    /// <summary>Puts the kept files where a run leaves what it trains.</summary>
    public void Restore(string trainedFolder)
    {
        if (Directory.Exists(trainedFolder))
        {
            Directory.Delete(trainedFolder, recursive: true);
        }

        CopyFiles(Path.Combine(_folder, FilesFolder), trainedFolder);
    }

    private TrainedRecord Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, RecordFile)));
        var stated = document.RootElement.TryGetProperty(DigestField, out var digest) ? digest.GetString() : null;
        var json = document.RootElement.TryGetProperty(RecordField, out var body) ? body.GetRawText() : null;
        if (json is null || stated != Sha256Text.Of(json))
        {
            throw new InvalidDataException($"{RecordFile} does not have the digest that it states");
        }

        var record = JsonSerializer.Deserialize<TrainedRecord>(json, Json);
        return record is { Version: TrainedRecord.CurrentVersion }
            ? record
            : throw new InvalidDataException($"{RecordFile} has version {record?.Version}, which this trainer did not write");
    }

    private static void CopyFiles(string from, string to)
    {
        foreach (var source in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            DurableFiles.Copy(source, target);
        }

        DurableFiles.SyncFolder(to);
    }
}
