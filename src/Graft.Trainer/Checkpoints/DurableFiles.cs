using System.Runtime.InteropServices;

namespace Graft.Trainer.Checkpoints;

/// <summary>Writes that are on disk when they return, so that a crash of the machine finds the old state or the new one.</summary>
internal static partial class DurableFiles
{
    /// <summary>Writes a file and syncs it.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Copies a file and syncs the copy.</summary>
    public static void Copy(string from, string to)
    {
        using var source = File.OpenRead(from);
        using var file = new FileStream(to, FileMode.Create, FileAccess.Write, FileShare.None);
        source.CopyTo(file);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Renames a folder whose files are on disk, and syncs the names.</summary>
    public static void Rename(string from, string to)
    {
        SyncFolder(from);
        Directory.Move(from, to);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    /// <summary>Syncs the names in a folder. .NET opens no folders, and a new name is durable only once its folder is synced.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, flags: 0);
        if (descriptor >= 0)
        {
            // Some file systems refuse to sync a folder; they make names durable in their own way.
            _ = Sync(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
