using System.Text;

namespace Graft.Tracking;

/// <summary>
/// Writes small files so that a reader sees the old or the new content, never a part. What is not whole yet has a hidden name of its own
/// for each write: threads and processes, also those of other containers, may write the same file at once.
/// </summary>
internal static class AtomicFile
{
    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>After this time nobody writes an unfinished file any more: its writer was killed.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <param name="path">The file.</param>
    /// <param name="content">Its new content.</param>
    /// <param name="unfinished">
    /// The folder of what is not whole yet, on the same file system, for a file among others that are all listed; else that of the file.
    /// </param>
    public static void Write(string path, string content, string? unfinished = null)
    {
        Replace(path, unfinished, temporary => File.WriteAllText(temporary, content, Utf8));
    }

    /// <summary>Copies a file; see <see cref="Write"/>.</summary>
    public static void Copy(string source, string path, string? unfinished = null)
    {
        Replace(path, unfinished, temporary =>
        {
            // Not File.Copy: that gives the copy the time of its source, by which a new file could look abandoned.
            using var from = File.OpenRead(source);
            using var to = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
            from.CopyTo(to);
        });
    }

    /// <summary>Deletes what killed writers left in a folder.</summary>
    public static void Sweep(string folder)
    {
        var latest = DateTime.UtcNow - Abandoned;
        foreach (var left in new DirectoryInfo(folder).EnumerateFiles(".*.tmp").Where(left => left.LastWriteTimeUtc < latest).ToList())
        {
            left.Delete();
        }
    }

    private static void Replace(string path, string? unfinished, Action<string> write)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(unfinished ?? folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
