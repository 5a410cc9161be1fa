using System.IO.Enumeration;

namespace Graft.Common;

/// <summary>
/// Names for what is written beside its place and moved there once it is whole. Each write has a name of its own, because threads,
/// processes and containers (whose processes have the same numbers) may write the same file at once; hidden, so that nobody who lists
/// or digests a folder takes it for content.
/// </summary>
public static class UnfinishedFiles
{
    private const string Suffix = ".tmp";
    private const string Pattern = $".*{Suffix}";

    /// <summary>After this time nobody writes an unfinished file or folder any more: its writer was killed.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>A new name beside a path, in the same folder and so on the same file system.</summary>
    public static string Beside(string path)
    {
        return Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{Suffix}");
    }

    /// <summary>Whether a folder is there and holds anything but what killed writers left in it.</summary>
    public static bool IsFilled(string folder)
    {
        return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(
            entry => !FileSystemName.MatchesSimpleExpression(Pattern, Path.GetFileName(entry), ignoreCase: false));
    }

    /// <summary>Deletes from a folder what killed writers left there. What cannot be deleted stays: it is in nobody's way.</summary>
    public static void Sweep(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        // A file system's times are those of the computer's clock.
        var latest = TimeProvider.System.GetUtcNow().UtcDateTime - Abandoned;
        var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos(Pattern);
        foreach (var left in entries.Where(left => left.LastWriteTimeUtc < latest).ToList())
        {
            try
            {
                if (left is DirectoryInfo { LinkTarget: null } unfinished)
                {
                    unfinished.Delete(recursive: true);
                }
                else
                {
                    left.Delete();
                }
            }
            catch (Exception error) when (FileFaults.Is(error))
            {
                // Somebody else's, or another process deletes it at this moment.
            }
        }
    }
}
