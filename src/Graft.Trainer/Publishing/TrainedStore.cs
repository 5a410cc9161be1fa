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

    private readonly string _folder = Path.Combine(checkpoints, FolderName);

    /// <summary>The folder of the kept files; null where there is none.</summary>
    public string? Files => Path.Combine(_folder, FilesFolder) is var files && Directory.Exists(files) ? files : null;

    /// <summary>Keeps a copy of the folder's files.</summary>
    public void Save(string trainedFolder, TrainedRecord record)
    {
        WholeFolder.DeleteUnfinished(checkpoints, $"{FolderName}.");
        WholeFolder.Write(_folder, SizeOf(trainedFolder), folder =>
        {
            CopyFiles(trainedFolder, Path.Combine(folder, FilesFolder));
            DigestedJson.Write(Path.Combine(folder, RecordFile), record);
        });
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
        catch (Exception error) when (FileFaults.IsInContent(error))
        {
            warn($"What was trained and kept in {_folder} is not used: {error.Message.TrimEnd('.')}. The run resumes from its last checkpoint.");
            return null;
        }
    }

    /// <summary>Puts the kept files where a run leaves what it trains.</summary>
    public void Restore(string trainedFolder)
    {
        WholeFolder.DeleteUnfinished(Path.GetDirectoryName(trainedFolder)!, $"{Path.GetFileName(trainedFolder)}.");
        var files = Path.Combine(_folder, FilesFolder);
        WholeFolder.Write(trainedFolder, SizeOf(files), folder => CopyFiles(files, folder));
    }

    private TrainedRecord Read()
    {
        var record = DigestedJson.Read<TrainedRecord>(Path.Combine(_folder, RecordFile));
        return record is { Version: TrainedRecord.CurrentVersion }
            ? record
            : throw new InvalidDataException($"{RecordFile} has version {record.Version}, which this release does not read");
    }

    private static long SizeOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

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
