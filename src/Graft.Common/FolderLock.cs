using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Graft.Common;

/// <summary>Who holds a lock, as the lock's file says.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Host">The machine or container that it runs in; another one may have a process of the same number.</param>
/// <param name="Since">Since when.</param>
public sealed record LockHolder(int Pid, string Host, DateTimeOffset Since)
{
    /// <summary>
    /// Whether the process has ended: its lock is then held by a child that inherited it. Only that of this machine can be known to have.
    /// </summary>
    public bool IsGone
    {
        get
        {
            if (!OperatingSystem.IsLinux() || Host != Environment.MachineName)
            {
                return false;
            }

            try
            {
                // The state stands behind the name, which may hold anything: a zombie has ended and is only not asked for yet.
                var state = File.ReadAllText($"/proc/{Pid}/stat");
                return state[(state.LastIndexOf(')') + 1)..].TrimStart() is ['Z' or 'X', ..];
            }
            catch (Exception error) when (FileFaults.Is(error))
            {
                return true;
            }
        }
    }

    public override string ToString() => $"process {Pid} on {Host} (since {Since:yyyy-MM-dd HH:mm:ss} UTC)";
}

/// <summary>Another process writes the folder.</summary>
/// <param name="folder">The folder.</param>
/// <param name="lockFile">The file of its lock.</param>
/// <param name="holder">Who holds it, where that can be read.</param>
public sealed class FolderInUseException(string folder, string lockFile, LockHolder? holder) : IOException(
    $"The folder '{folder}' is in use: {holder?.ToString() ?? "another process"} holds '{lockFile}'. Wait for its end, or end it; if that "
    + "process is gone for good, delete that file.")
{
    /// <summary>Who holds the folder, where that can be read.</summary>
    public LockHolder? Holder { get; } = holder;
}

/// <summary>
/// A lock of the operating system on a folder that this process writes: two processes never write one folder, and the lock of a process
/// that was killed is gone with it. Its file stays: deleting it would let two processes hold one lock.
/// </summary>
public sealed partial class FolderLock : IDisposable
{
    /// <summary>The usual name of the file.</summary>
    public const string FileName = ".lock";

    private const int LongestText = 1024;
    private const int SetFlags = 2;
    private const int OtherProcessHolds = 11;
    private const int OtherProcessHoldsOnMacOs = 35;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FolderLock(FileStream file, string? warning)
    {
        _file = file;
        Warning = warning;
    }

    /// <summary>What to tell people where the folder's file system knows no locks: nothing then keeps a second process out.</summary>
    public string? Warning { get; }

    /// <summary>Takes the lock.</summary>
    /// <param name="folder">The folder; created where it is missing.</param>
    /// <param name="time">The time to name in the file.</param>
    /// <param name="fileName">The name of the lock's file.</param>
    /// <exception cref="FolderInUseException">Another process holds it.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static FolderLock Take(string folder, TimeProvider time, string fileName = FileName)
    {
        ArgumentNullException.ThrowIfNull(time);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, fileName);
        var file = TryOpen(path) ?? throw new FolderInUseException(folder, path, ReadHolder(path));
        try
        {
            var warning = IsEnforced(path)
                ? null
                : $"The file system of '{folder}' knows no locks, so that nothing keeps a second process from writing there: make sure that "
                    + "only one does.";
            WriteHolder(file, new LockHolder(Environment.ProcessId, Environment.MachineName, time.GetUtcNow()));
            return new FolderLock(file, warning);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes the lock as soon as it is free; see <see cref="Take"/>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="time">Measures the wait.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="waiting">Told at once and once where there is a wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="fileName">The name of the lock's file.</param>
    /// <exception cref="FolderInUseException">Another process holds it all the time.</exception>
    public static async Task<FolderLock> WaitAsync(
        string folder,
        TimeProvider time,
        TimeSpan patience,
        Action<FolderInUseException> waiting,
        CancellationToken cancellationToken,
        string fileName = FileName)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(waiting);
        var start = time.GetTimestamp();
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return Take(folder, time, fileName);
            }
            catch (FolderInUseException error) when (time.GetElapsedTime(start) < patience)
            {
                if (isFirst)
                {
                    waiting(error);
                }
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Who holds a lock, as its file says; null where it says nothing.</summary>
    public static LockHolder? HolderOf(string folder, string fileName = FileName) => ReadHolder(Path.Combine(folder, fileName));

    /// <summary>
    /// Lets the programs that this process starts from now on hold the lock too, from their first moment on: when this process is killed, a
    /// child that outlives it still keeps others out.
    /// </summary>
    public void ShareWithChildren()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetDescriptorFlags((int)_file.SafeFileHandle.DangerousGetHandle(), SetFlags, 0);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The file with its lock; null where another process has that.</summary>
    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (error.HResult is OtherProcessHolds or OtherProcessHoldsOnMacOs || OperatingSystem.IsWindows())
        {
            return null;
        }
    }

    /// <summary>Whether the lock that this process holds keeps others out; .NET does not say where the file system has none.</summary>
    private static bool IsEnforced(string path)
    {
        using var second = TryOpen(path);
        return second is null;
    }

    private static void WriteHolder(FileStream file, LockHolder holder)
    {
        try
        {
            file.SetLength(0);
            file.Write(JsonSerializer.SerializeToUtf8Bytes(holder, JsonSerializerOptions.Web));
        }
        catch (IOException error) when (FileFaults.IsDiskFull(error))
        {
            // The lock holds without a name.
        }
    }

    private static LockHolder? ReadHolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            // .NET would ask for a lock of its own to read.
            using var handle = new SafeFileHandle(OpenForReading(path, flags: 0), ownsHandle: true);
            if (handle.IsInvalid)
            {
                return null;
            }

            var text = new byte[LongestText];
            var length = RandomAccess.Read(handle, text, 0);
            return JsonSerializer.Deserialize<LockHolder>(text.AsSpan(0, length), JsonSerializerOptions.Web);
        }
        catch (Exception error) when (FileFaults.IsInContent(error))
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetDescriptorFlags(int descriptor, int command, int flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenForReading(string path, int flags);
}
