using System.Globalization;
using Graft.Artifacts.SafeTensors;
using Graft.Common;
using Graft.Data.Batches;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Trainer.Checkpoints;

/// <summary>A checkpoint that was found whole.</summary>
/// <param name="Record">What it says.</param>
/// <param name="Tensors">Its tensors, by name; the caller disposes them.</param>
public sealed record LoadedCheckpoint(CheckpointRecord Record, IReadOnlyDictionary<string, Tensor> Tensors);

/// <summary>The folder holds checkpoints of another plan.</summary>
public sealed class ForeignCheckpointException(string message) : Exception(message);

/// <summary>
/// The checkpoints of one run, each a folder <c>step-N</c> with a record and tensors. A checkpoint is written under another name, synced
/// and renamed, so that one with its name is whole; the record is under a digest and holds the tensors', so that damage afterwards is
/// noticed. The newest two are kept. Whoever saves holds the folder's lock.
/// </summary>
/// <param name="folder">The folder; made when needed.</param>
/// <param name="planHash">The hash of the plan that the run carries out.</param>
public sealed class CheckpointStore(string folder, string planHash)
{
    private const string Prefix = "step-";
    private const string RecordFile = "checkpoint.json";
    private const string TensorFile = "state.safetensors";
    private const int Kept = 2;

    /// <summary>Whether there is any checkpoint, of whichever plan and in whichever state.</summary>
    public bool HasAny => NewestStep is not null;

    /// <summary>The step of the newest checkpoint, unread; null if there is none.</summary>
    public int? NewestStep => Newest().Select(found => (int?)found.Step).FirstOrDefault();

    /// <summary>Saves a checkpoint and deletes those that are older than the one before it.</summary>
    /// <returns>Its folder.</returns>
    /// <exception cref="IOException">It cannot be written; those before it are as they were.</exception>
    public string Save(CheckpointRecord record, IReadOnlyCollection<KeyValuePair<string, Tensor>> tensors)
    {
        var target = Path.Combine(folder, NameOf(record.Step));
        WholeFolder.DeleteUnfinished(folder, Prefix);
        // A run that resumed from an earlier checkpoint comes by again; the state is the same to the bit, or was damaged.
        WholeFolder.Write(target, tensors.Sum(item => item.Value.numel() * item.Value.ElementSize), unfinished =>
        {
            var tensorPath = Path.Combine(unfinished, TensorFile);
            TensorFiles.Save(tensorPath, tensors);
            DigestedJson.Write(
                Path.Combine(unfinished, RecordFile),
                record with { Files = new Dictionary<string, string> { [TensorFile] = Digest(tensorPath) } });
        });
        // A later one could not be used, or the run would have gone on from it.
        var unusable = Newest().TakeWhile(found => found.Step > record.Step).Count();
        foreach (var (_, old) in Newest().Where((_, place) => place < unusable || place >= unusable + Kept))
        {
            WholeFolder.TryDelete(old);
        }

        return target;
    }

    /// <summary>Loads the newest checkpoint that can be read and is whole, or none.</summary>
    /// <param name="warn">Told of each one that is not used.</param>
    /// <exception cref="ForeignCheckpointException">A checkpoint belongs to another plan.</exception>
    public LoadedCheckpoint? LoadNewest(Action<string> warn)
    {
        foreach (var (step, path) in Newest())
        {
            try
            {
                var record = ReadRecord(path, step);
                if (record.PlanHash != planHash)
                {
                    throw new ForeignCheckpointException(
                        $"{path} is a checkpoint of another plan ({record.PlanHash}, not {planHash}): going on from it would mix two runs. "
                        + "Name another checkpoint folder, or delete this one.");
                }

                if (record.Order != StepPlan.Order)
                {
                    warn($"The checkpoint {path} was made by a release that put the records in another order. Going on from it would train "
                        + "some of them twice and some never; it is left out.");
                    continue;
                }

                foreach (var (file, digest) in record.Files)
                {
                    if (Digest(Path.Combine(path, file)) != digest)
                    {
                        throw new InvalidDataException($"{file} does not have the digest that {RecordFile} states");
                    }
                }

                return new LoadedCheckpoint(record, TensorFiles.Load(Path.Combine(path, TensorFile)));
            }
            catch (Exception error) when (FileFaults.IsInContent(error) || error is SafeTensorException)
            {
                warn($"The checkpoint {path} is not used: {error.Message.TrimEnd('.')}. The run goes on from the one before it, if there is one.");
            }
        }

        return null;
    }

    private static CheckpointRecord ReadRecord(string path, int step)
    {
        var record = DigestedJson.Read<CheckpointRecord>(Path.Combine(path, RecordFile));
        return record.Version != CheckpointRecord.CurrentVersion
            ? throw new InvalidDataException($"{RecordFile} has version {record.Version}, this release reads {CheckpointRecord.CurrentVersion}")
            : record.Step != step || !record.Files.ContainsKey(TensorFile)
                ? throw new InvalidDataException($"{RecordFile} is that of step {record.Step} with {record.Files.Count} files")
                : record;
    }

    private static string NameOf(int step) => Prefix + step.ToString("D8", CultureInfo.InvariantCulture);

    private static string Digest(string path)
    {
        using var file = File.OpenRead(path);
        return Sha256Text.Of(file);
    }

    private IEnumerable<(int Step, string Path)> Newest()
    {
        return !Directory.Exists(folder)
            ? []
            : Directory.EnumerateDirectories(folder, Prefix + "*")
                .Select(path => (Parsed: int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), out var step), Step: step, Path: path))
                .Where(found => found.Parsed && Path.GetFileName(found.Path) == NameOf(found.Step))
                .OrderByDescending(found => found.Step)
                .Select(found => (found.Step, found.Path))
                .ToList();
    }
}
