using System.Diagnostics;
using Xunit;

namespace Graft.Common.Tests;

public sealed class FolderLockTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("graft-common-");

    public void Dispose()
    {
        _temporary.Delete(recursive: true);
    }

    [Fact]
    public void A_folder_has_one_writer_and_the_other_is_told_who_that_is()
    {
        var folder = Path.Combine(_temporary.FullName, "new");
        using (var first = FolderLock.Take(folder, TimeProvider.System))
        {
            var error = Assert.Throws<FolderInUseException>(() => FolderLock.Take(folder, TimeProvider.System));

            Assert.Null(first.Warning);
            Assert.Equal((Environment.ProcessId, Environment.MachineName), (error.Holder!.Pid, error.Holder.Host));
            Assert.Contains(folder, error.Message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId} on", error.Message, StringComparison.Ordinal);
        }

        using var second = FolderLock.Take(folder, TimeProvider.System);
        using var other = FolderLock.Take(folder, TimeProvider.System, ".another");
    }

    [Fact]
    public async Task A_holder_that_has_ended_is_gone_where_that_can_be_known()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked up in /proc.");
        using var process = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        LockHolder here = new(process.Id, Environment.MachineName, DateTimeOffset.UnixEpoch), elsewhere = here with { Host = "another" };
        Assert.False(here.IsGone);

        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(here.IsGone);
        Assert.False(elsewhere.IsGone);
    }

    [Fact]
    public void A_lock_without_a_readable_holder_still_holds()
    {
        var file = Path.Combine(_temporary.FullName, FolderLock.FileName);
        using var held = new FileStream(file, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        held.Write("{not what is written there"u8);
        held.Flush();

        var error = Assert.Throws<FolderInUseException>(() => FolderLock.Take(_temporary.FullName, TimeProvider.System));

        Assert.Null(error.Holder);
        Assert.Contains("another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_is_told_once_and_gets_the_folder_when_it_is_free()
    {
        var told = new List<FolderInUseException>();
        var first = FolderLock.Take(_temporary.FullName, TimeProvider.System);
        var waiting = FolderLock.WaitAsync(
            _temporary.FullName, TimeProvider.System, TimeSpan.FromMinutes(5), told.Add, TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);

        Assert.False(waiting.IsCompleted);
        first.Dispose();
        using var second = await waiting;

        Assert.Single(told);
    }

    [Fact]
    public async Task A_wait_has_an_end()
    {
        using var first = FolderLock.Take(_temporary.FullName, TimeProvider.System);

        await Assert.ThrowsAsync<FolderInUseException>(() => FolderLock.WaitAsync(
            _temporary.FullName, TimeProvider.System, TimeSpan.FromMilliseconds(1), _ => { }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_no_folder_in_use()
    {
        var file = Path.Combine(_temporary.FullName, "file");
        File.WriteAllText(file, "");

        var error = Assert.ThrowsAny<IOException>(() => FolderLock.Take(file, TimeProvider.System));

        Assert.IsNotType<FolderInUseException>(error);
    }
}
