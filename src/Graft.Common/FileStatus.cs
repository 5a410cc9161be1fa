using System.Runtime.InteropServices;

namespace Graft.Common;

/// <summary>What something in a file system is, as far as it matters to whoever reads it.</summary>
public enum FileType
{
    /// <summary>A file with bytes.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, a socket, a device: reading it may never end.</summary>
    Other,
}

/// <summary>What the file system knows of a file or a folder; of what a link means, where it is one.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Identity">Device and number of its inode: two names of one identity are one file. Empty where that is not known.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Modified">When its bytes were changed, in nanoseconds; whoever changed them may have set it.</param>
/// <param name="Changed">When bytes, owner, times or links were changed last; nobody can set it. As Modified where it is not known.</param>
public readonly partial record struct FileStatus(FileType Type, string Identity, long Size, long Modified, long Changed)
{
    // struct statx of linux/stat.h, which is the same for all processors.
    private const int StatxSize = 256;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int SizeOffset = 40;
    private const int ChangedOffset = 96;
    private const int ModifiedOffset = 112;
    private const int DeviceOffset = 136;
    private const uint BasicStats = 0x7ff;
    private const int CurrentFolder = -100;
    private const int TypeMask = 0xf000;
    private const int FolderMode = 0x4000;
    private const int RegularMode = 0x8000;

    /// <summary>The status of a path; null where there is nothing, or a link that leads nowhere.</summary>
    public static FileStatus? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Portable(path);
        }

        Span<byte> buffer = stackalloc byte[StatxSize];
        if (Statx(CurrentFolder, path, flags: 0, BasicStats, ref MemoryMarshal.GetReference(buffer)) != 0)
        {
            return null;
        }

        var type = (BitConverter.ToUInt16(buffer[ModeOffset..]) & TypeMask) switch
        {
            RegularMode => FileType.Regular,
            FolderMode => FileType.Folder,
            _ => FileType.Other,
        };
        var identity = $"{BitConverter.ToUInt64(buffer[DeviceOffset..]):x}-{BitConverter.ToUInt64(buffer[InodeOffset..]):x}";
        return new FileStatus(
            type, identity, BitConverter.ToInt64(buffer[SizeOffset..]), Time(buffer[ModifiedOffset..]), Time(buffer[ChangedOffset..]));
    }

    private static long Time(ReadOnlySpan<byte> time) =>
        unchecked((BitConverter.ToInt64(time) * 1_000_000_000) + BitConverter.ToUInt32(time[8..]));

    private static FileStatus? Portable(string path)
    {
        if (Directory.Exists(path))
        {
            return new FileStatus(FileType.Folder, "", 0, 0, 0);
        }

        var file = new FileInfo(path);
        var target = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        var modified = (target.Exists ? target.LastWriteTimeUtc - DateTime.UnixEpoch : default).Ticks * 100;
        return target.Exists ? new FileStatus(FileType.Regular, "", target.Length, modified, modified) : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte buffer);
}
