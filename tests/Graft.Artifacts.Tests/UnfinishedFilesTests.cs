using Graft.Artifacts.SafeTensors;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>What is written before it has its name.</summary>
public sealed class UnfinishedFilesTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        temporary.Dispose();
    }

    [Fact]
    public void A_name_is_hidden_lies_beside_and_is_given_once()
    {
        var names = Enumerable.Range(0, 100).Select(_ => UnfinishedFiles.Beside("/a/b.json")).ToList();

        Assert.Equal(100, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches(@"^/a/\.b\.json\.[0-9a-f]{32}\.tmp$", name));
    }

    [Fact]
    public void What_a_killed_writer_left_long_ago_is_deleted_and_nothing_else()
    {
        var folder = temporary.Folder("folder", ("kept.tmp", "1"), (".kept", "2"), ("other/weights", "3"));
        var (old, recent) = (UnfinishedFiles.Beside(Path.Combine(folder, "old")), UnfinishedFiles.Beside(Path.Combine(folder, "recent")));
        var (oldFolder, link) = (UnfinishedFiles.Beside(Path.Combine(folder, "f")), UnfinishedFiles.Beside(Path.Combine(folder, "link")));
        File.WriteAllText(old, "");
        File.WriteAllText(recent, "");
        Directory.CreateDirectory(Path.Combine(oldFolder, "sub"));
        Directory.CreateSymbolicLink(link, Path.Combine(folder, "other"));
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => entry.FullName != recent).ToList())
        {
            entry.LastWriteTimeUtc = DateTime.UtcNow.AddDays(-2);
        }

        UnfinishedFiles.Sweep(folder);
        UnfinishedFiles.Sweep(temporary.At("none"));

        Assert.Equal([".kept", Path.GetFileName(recent), "kept.tmp", "other"], Names(folder));
        Assert.Equal("3", File.ReadAllText(Path.Combine(folder, "other/weights")));
    }

    [Fact]
    public async Task The_same_tensors_may_be_written_by_many_at_once()
    {
        var path = Path.Combine(temporary.Folder("weights", ("model.safetensors", "old")), "model.safetensors");
        SafeTensorContent[] tensors = [new("a", SafeTensorType.F32, [1 << 16], stream => stream.Write(new byte[4 << 16]))];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => SafeTensorWriter.Write(path, tensors), Cancellation)));

        Assert.Equal(["model.safetensors"], Names(temporary.At("weights")));
        Assert.InRange(new FileInfo(path).Length, 4L << 16, (4L << 16) + 1024);
    }

    [Fact]
    public async Task A_publisher_deletes_what_killed_ones_left_in_the_layout_and_beside_the_folder()
    {
        var adapter = temporary.Folder("out/adapter", ("weights", "1"));
        var store = ArtifactStore.InFolder(temporary.At("oci"));
        await store.PublishAsync(adapter, Requests.Of("demo", "run-1"), Cancellation);
        string[] left =
        [
            UnfinishedFiles.Beside(adapter),
            UnfinishedFiles.Beside(temporary.At("oci/demo/index.json")),
            UnfinishedFiles.Beside(temporary.At("oci/demo/blobs/sha256/0123")),
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

    private static List<string> Names(string folder)
    {
        return [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
    }
}
