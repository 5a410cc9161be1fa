using Graft.Common;

namespace Graft.Trainer.Checkpoints;

/// <summary>
/// Writes folders that are whole when they have their name: under a hidden name beside their place, synced, and renamed. Whoever writes
/// holds the lock of the folder that they lie in (<see cref="FolderLock"/>).
/// </summary>
internal static class WholeFolder
{
    /// <summary>Writes a folder in the place of whatever has its name.</summary>
    /// <param name="target">The folder.</param>
    /// <param name="neededBytes">About how much room it takes, for what is said where there is none.</param>
    /// <param name="fill">Writes its files into the folder that it is given, and syncs them.</param>
    /// <exception cref="IOException">It cannot be written; nothing half written is left.</exception>
    public static void Write(string target, long neededBytes, Action<string> fill)
    {
        var unfinished = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(unfinished);
            fill(unfinished);
            if (Path.Exists(target))
            {
                // Out of the way first: what belongs to somebody else can be renamed where it cannot be deleted.
                var former = $"{unfinished}.former";
                Directory.Move(target, former);
                TryDelete(former);
            }

            DurableFiles.Rename(unfinished, target);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            TryDelete(unfinished);
            var why = FileFaults.Describe(error, target, neededBytes);
            throw new IOException(FileFaults.IsDiskFull(error) ? why : $"'{target}' cannot be written: {why}", error);
        }
    }

    /// <summary>Deletes what writers that were killed left under hidden names of folders that begin so.</summary>
    public static void DeleteUnfinished(string folder, string prefix)
    {
        foreach (var left in Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder, $".{prefix}*").ToList() : [])
        {
            TryDelete(left);
        }
    }

    /// <summary>Deletes a file or folder. What cannot be deleted stays: it costs room and is in nobody's way.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            // Somebody else's.
        }
    }
}
