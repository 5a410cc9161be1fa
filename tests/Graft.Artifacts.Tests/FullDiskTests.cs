using System.Diagnostics;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>A disk that is full in the middle of a transfer: it is named, nothing stays on it, and the repetition succeeds.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly string _disk;

    public FullDiskTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root can mount a small file system");
        _disk = Directory.CreateDirectory(_temporary.At("disk")).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=2m", "none", _disk) == 0, "a small file system cannot be mounted here");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_disk is not null)
        {
            Run("umount", _disk);
        }

        _temporary.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pull_names_the_folder_and_succeeds_once_there_is_room(bool isThere)
    {
        var folder = Folder(_temporary.Path);
        var store = ArtifactStore.InFolder(_temporary.At("oci"));
        var published = await store.PublishAsync(folder, Requests.Of("demo"), Cancellation);
        var target = Path.Combine(_disk, "pulled");
        if (isThere)
        {
            Directory.CreateDirectory(target);
        }

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => store.PullAsync(published.Reference, target, Cancellation));

        Assert.Contains($"There is no room for '{(isThere ? target : _disk)}': ", fault.Message, StringComparison.Ordinal);
        // What the layer has, and what is free once its part is gone.
        Assert.Matches(@" [34]\d{3} KiB are needed, [12]\d{3} KiB are free\. Make room ", fault.Message);
        Assert.Empty(Directory.EnumerateFiles(_disk, "*", SearchOption.AllDirectories));
        Assert.Equal(isThere, Directory.Exists(target));
        Assert.Equal(0, Run("mount", "-o", "remount,size=8m", _disk));
        await store.PullAsync(published.Reference, target, Cancellation);
        Assert.Equal(Folders.Read(folder), Folders.Read(target));
    }

    [Fact]
    public async Task A_push_that_has_no_room_to_pack_names_the_folder_and_succeeds_once_there_is()
    {
        Assert.Equal(0, Run("mount", "-o", "remount,size=6m", _disk));
        var folder = Folder(_disk);
        var store = ArtifactStore.InFolder(_temporary.At("oci"));

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => store.PublishAsync(folder, Requests.Of("demo"), Cancellation));

        Assert.Contains($"There is no room for '{_disk}': 3906 KiB are needed", fault.Message, StringComparison.Ordinal);
        Assert.Equal([folder], Directory.GetFileSystemEntries(_disk));
        Assert.Equal(0, Run("mount", "-o", "remount,size=16m", _disk));
        Assert.Equal(1, (await store.PublishAsync(folder, Requests.Of("demo"), Cancellation)).Version);
    }

    private static string Folder(string place)
    {
        var folder = Directory.CreateDirectory(Path.Combine(place, "adapter")).FullName;
        var weights = new byte[4_000_000];
        new Random(1).NextBytes(weights);
        File.WriteAllBytes(Path.Combine(folder, "weights.bin"), weights);
        return folder;
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
