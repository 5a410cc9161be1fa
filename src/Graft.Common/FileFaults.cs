using System.Security;
using System.Text.Json;

namespace Graft.Common;

/// <summary>
/// Which exceptions say that a file or a folder is at fault. .NET has several for it that are no relatives: a filter that names one of
/// them lets the others end the program.
/// </summary>
public static class FileFaults
{
    // errno of Linux and macOS: no space left, quota exceeded, file too large for its limit; .NET hands them on as they are.
    private const int NoSpace = 28;
    private const int FileTooLarge = 27;
    private static readonly int[] QuotaExceeded = [122, 69];
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>
    /// Whether a file or folder cannot be read or written: it is missing, belongs to somebody else, has a name that the system does not
    /// take, is of another kind, or the disk fails or is full.
    /// </summary>
    public static bool Is(Exception error)
    {
        return error is IOException or UnauthorizedAccessException or SecurityException or NotSupportedException;
    }

    /// <summary>
    /// Whether a file cannot be read now or later: it is missing or belongs to somebody else. A disk or a server that fails may work again.
    /// </summary>
    public static bool IsLasting(Exception error)
    {
        return error is UnauthorizedAccessException or SecurityException or FileNotFoundException or DirectoryNotFoundException;
    }

    /// <summary>Whether a file cannot be read, or does not hold what it should: <see cref="Is"/>, or its content is at fault.</summary>
    public static bool IsInContent(Exception error)
    {
        return Is(error) || error is JsonException or InvalidDataException or FormatException or InvalidOperationException
            or KeyNotFoundException;
    }

    /// <summary>Whether there is no room for what was to be written.</summary>
    public static bool IsDiskFull(Exception error)
    {
        return error is IOException { HResult: NoSpace or FileTooLarge or WindowsDiskFull }
            || (error is IOException full && QuotaExceeded.Contains(full.HResult));
    }

    /// <summary>
    /// What is wrong, in a sentence or two. Of a full disk: the place, what is needed and what is free, and what to do; of anything else
    /// the exception's own words.
    /// </summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="path">The file or folder that was being written.</param>
    /// <param name="neededBytes">How much was to be written, where that is known.</param>
    public static string Describe(Exception error, string path, long? neededBytes = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (!IsDiskFull(error))
        {
            return error.Message;
        }

        var needed = neededBytes is { } bytes ? $"{Size(bytes)} are needed, " : "";
        var free = FreeBytes(path) is { } left ? $"{Size(left)} are free" : "how much is free is not known";
        return $"There is no room for '{path}': {needed}{free}. Make room on its disk (or raise the quota) and repeat the command.";
    }

    private static long? FreeBytes(string path)
    {
        try
        {
            var place = Path.GetFullPath(path);
            while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } above)
            {
                place = above;
            }

            return new DriveInfo(place).AvailableFreeSpace;
        }
        catch (Exception error) when (Is(error) || error is ArgumentException)
        {
            return null;
        }
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 10L << 30 => $"{bytes >> 30} GiB",
        >= 10L << 20 => $"{bytes >> 20} MiB",
        >= 10L << 10 => $"{bytes >> 10} KiB",
        _ => $"{bytes} bytes",
    };
}
