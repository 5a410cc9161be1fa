using Xunit;

namespace Graft.Artifacts.Tests;

public sealed class FolderStoreTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly IArtifactStore store;

    public FolderStoreTests()
    {
        store = ArtifactStore.InFolder(temporary.At("oci"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        temporary.Dispose();
    }

    [Fact]
    public async Task What_is_pulled_equals_what_was_published()
    {
        var folder = temporary.Folder("adapter", ("config.json", "{}"), ("deep/er/weights.bin", new string('x', 100_000)));

        var published = await store.PublishAsync(folder, Requests.Of("team/demo"), Cancellation);
        var digest = await store.PullAsync(published.Reference, temporary.At("pulled"), Cancellation);

        Assert.Equal(published.Digest, digest);
        Assert.Equal(1, published.Version);
        Assert.Equal($"oci:{temporary.At("oci/team/demo")}:v1", published.Reference);
        Assert.Equal(Folders.Read(folder), Folders.Read(temporary.At("pulled")));
    }

    [Fact]
    public async Task The_digest_depends_on_names_and_contents_only()
    {
        var one = temporary.Folder("one", ("b", "2"), ("a", "1"));
        var other = temporary.Folder("elsewhere/other", ("a", "1"), ("b", "2"));
        File.SetLastWriteTimeUtc(Path.Combine(one, "a"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(one, "b"), UnixFileMode.UserRead);
        }

        var first = await store.PublishAsync(one, Requests.Of("first"), Cancellation);
        var second = await store.PublishAsync(other, Requests.Of("second"), Cancellation);

        Assert.Equal(first.Digest, second.Digest);
    }

    [Fact]
    public async Task Same_content_or_same_run_is_the_same_version()
    {
        var folder = temporary.Folder("adapter", ("weights", "1"));
        var changed = temporary.Folder("changed", ("weights", "2"));

        var first = await store.PublishAsync(folder, Requests.Of("demo", "run-1"), Cancellation);
        var sameContent = await store.PublishAsync(folder, Requests.Of("demo", "run-2"), Cancellation);
        var sameRun = await store.PublishAsync(changed, Requests.Of("demo", "run-1"), Cancellation);
        var next = await store.PublishAsync(changed, Requests.Of("demo", "run-3"), Cancellation);
        var otherPlan = await store.PublishAsync(temporary.Folder("third", ("weights", "3")), Requests.Of("demo", "run-3", "sha256:bb"), Cancellation);

        Assert.Equal(first, sameContent);
        Assert.Equal(first, sameRun);
        Assert.Equal(2, next.Version);
        Assert.Equal(3, otherPlan.Version);
        Assert.Equal([first, next, otherPlan], await store.ListVersionsAsync("demo", Cancellation));
    }

    [Fact]
    public async Task Concurrent_publishers_get_a_version_each()
    {
        var published = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            var folder = temporary.Folder($"adapter-{i}", ("weights", $"{i}"));
            // A store each: the lock is in the file system, as between processes.
            return ArtifactStore.InFolder(temporary.At("oci")).PublishAsync(folder, Requests.Of("demo", $"run-{i}"), Cancellation);
        })));

        Assert.Equal(Enumerable.Range(1, 8), published.Select(artifact => artifact.Version).Order());
        Assert.Equal(8, (await store.ListVersionsAsync("demo", Cancellation)).Select(artifact => artifact.Digest).Distinct().Count());
    }

    [Fact]
    public async Task A_damaged_blob_is_refused_and_healed_by_publishing_again()
    {
        var folder = temporary.Folder("adapter", ("weights", new string('x', 10_000)));
        var published = await store.PublishAsync(folder, Requests.Of("demo"), Cancellation);
        var blobs = new DirectoryInfo(temporary.At("oci/demo/blobs/sha256")).GetFiles();
        var layer = blobs.Single(file => file.OpenRead().ReadByte() == 0x1f);
        var bytes = File.ReadAllBytes(layer.FullName);
        bytes[^10] ^= 1;
        File.WriteAllBytes(layer.FullName, bytes);

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => store.PullAsync(published.Reference, temporary.At("pulled"), Cancellation));

        Assert.Contains("damaged", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(temporary.At("pulled")));
        layer.Delete();
        await store.PublishAsync(folder, Requests.Of("demo"), Cancellation);
        await store.PullAsync(published.Reference, temporary.At("pulled"), Cancellation);
        Assert.Equal(Folders.Read(folder), Folders.Read(temporary.At("pulled")));
    }

    [Fact]
    public async Task The_newest_version_is_pulled_where_no_tag_is_named()
    {
        for (var i = 1; i <= 11; i++)
        {
            await store.PublishAsync(temporary.Folder($"a{i}", ("n", $"{i}")), Requests.Of("demo", $"run-{i}"), Cancellation);
        }

        await store.PullAsync($"oci:{temporary.At("oci/demo")}", temporary.At("pulled"), Cancellation);

        Assert.Equal("11", File.ReadAllText(temporary.At("pulled/n")));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("Upper")]
    [InlineData("")]
    [InlineData("a//b")]
    public async Task A_name_that_is_no_repository_is_refused(string name)
    {
        var folder = temporary.Folder("adapter", ("weights", "1"));

        await Assert.ThrowsAsync<ArtifactException>(() => store.PublishAsync(folder, Requests.Of(name), Cancellation));
    }

    [Fact]
    public async Task A_folder_with_a_link_is_not_published()
    {
        var folder = temporary.Folder("adapter", ("weights", "1"));
        File.CreateSymbolicLink(Path.Combine(folder, "secret"), "/etc/passwd");

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => store.PublishAsync(folder, Requests.Of("demo"), Cancellation));

        Assert.Contains("is a link", fault.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(temporary.Path, "adapter*"));
    }
}
