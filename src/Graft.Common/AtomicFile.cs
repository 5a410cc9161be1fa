using System.Text;

namespace Graft.Common;

/// <summary>
/// Writes files so that a reader sees the old or the new content, never a part: beside their place, and moved there once they are whole.
/// Threads and processes, also those of other containers, may write the same file at once; one of them wins.
/// </summary>
public static class AtomicFile
{
    /// <summary>UTF-8 without a byte order mark, which few readers expect.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text in UTF-8.</summary>
    /// <param name="path">The file; its folder is created where it is missing.</param>
    /// <param name="text">Its new content.</param>
    /// <param name="unfinished">
    /// The folder of what is not whole yet, on the same file system, for a file among others that are all listed; else that of the file.
    /// </param>
    public static void WriteText(string path, string text, string? unfinished = null)
    {
        Write(path, Utf8.GetBytes(text), unfinished);
    }

    /// <summary>Writes bytes; see <see cref="WriteText"/>.</summary>
    public static void Write(string path, byte[] content, string? unfinished = null)
    {
        Write(path, stream => stream.Write(content), unfinished);
    }

    /// <summary>Copies a file; see <see cref="WriteText"/>.</summary>
    public static void Copy(string source, string path, string? unfinished = null)
    {
        Write(
            path,
            stream =>
            {
                // Not File.Copy: that gives the copy the time of its source, by which a new file could look abandoned.
                using var from = File.OpenRead(source);
                from.CopyTo(stream);
            },
            unfinished);
    }

    /// <summary>Writes a file that must outlive a power failure: it is on the disk before it has its name.</summary>
    /// <param name="path">The file; its folder is created where it is missing.</param>
    /// <param name="write">Writes its new content.</param>
    public static void WriteThrough(string path, Action<FileStream> write)
    {
        Write(
            path,
            stream =>
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            },
            unfinished: null);
    }

    /// <summary>As <see cref="WriteThrough"/> does.</summary>
    public static async Task WriteThroughAsync(string path, Func<FileStream, Task> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var temporary = Prepare(path, null);
        try
        {
            await using (var stream = Create(temporary))
            {
                await write(stream).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Write(string path, Action<FileStream> write, string? unfinished)
    {
        var temporary = Prepare(path, unfinished);
        try
        {
            using (var stream = Create(temporary))
            {
                write(stream);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static string Prepare(string path, string? unfinished)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        return UnfinishedFiles.Beside(Path.Combine(unfinished ?? folder, Path.GetFileName(path)));
    }

    private static FileStream Create(string path)
    {
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
    }
}
