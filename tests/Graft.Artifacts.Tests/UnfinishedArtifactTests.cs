using Graft.Artifacts.SafeTensors;
using Graft.Common;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>What is written before it has its name: several writers at once, and killed ones.</summary>
public sealed class UnfinishedArtifactTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public async Task The_same_tensors_may_be_written_by_many_at_once()
    {
        var path = Path.Combine(_temporary.Folder("weights", ("model.safetensors", "old")), "model.safetensors");
        SafeTensorContent[] tensors = [new("a", SafeTensorType.F32, [1 << 16], stream => stream.Write(new byte[4 << 16]))];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => SafeTensorWriter.Write(path, tensors), Cancellation)));

        Assert.Equal(["model.safetensors"], Names(_temporary.At("weights")));
        Assert.InRange(new FileInfo(path).Length, 4L << 16, (4L << 16) + 1024);
    }

    [Fact]
    public async Task A_publisher_deletes_what_killed_ones_left_in_the_layout_and_beside_the_folder()
    {
        var adapter = _temporary.Folder("out/adapter", ("weights", "1"));
        var store = ArtifactStore.InFolder(_temporary.At("oci"));
        await store.PublishAsync(adapter, Requests.Of("demo", "run-1"), Cancellation);
        string[] left =
        [
            UnfinishedFiles.Beside(adapter),
            UnfinishedFiles.Beside(_temporary.At("oci/demo/index.json")),
            UnfinishedFiles.Beside(_temporary.At("oci/demo/blobs/sha256/0123")),
        ];
        foreach (var file in left)
        {
            File.WriteAllText(file, "half");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        }

        File.WriteAllText(Path.Combine(adapter, "weights"), "2");
        var second = await store.PublishAsync(adapter, Requests.Of("demo", "run-2"), Cancellation);

        Assert.Equal(2, second.Version);
        Assert.All(left, file => Assert.False(File.Exists(file), file));
    }

    [Fact]
    public async Task Into_a_folder_that_another_process_fills_nothing_is_unpacked()
    {
        var store = ArtifactStore.InFolder(_temporary.At("oci"));
        var published = await store.PublishAsync(
            _temporary.Folder("adapter", ("weights", "1")), Requests.Of("demo", "run-1"), Cancellation);
        var target = _temporary.At("target");
        using (FolderLock.Take(target, TimeProvider.System, ArtifactUnpacker.LockName))
        {
            var error = await Assert.ThrowsAsync<ArtifactException>(() => store.PullAsync(published.Reference, target, Cancellation));
            Assert.Contains($"process {Environment.ProcessId} on", error.Message, StringComparison.Ordinal);
        }

        await store.PullAsync(published.Reference, target, Cancellation);

        Assert.Equal(["weights"], Names(target));
    }

    private static List<string> Names(string folder)
    {
        return [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
    }
}
