using Xunit;

namespace Graft.Artifacts.Tests;

public sealed class FolderStoreTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly IArtifactStore _store;

    public FolderStoreTests()
    {
        _store = ArtifactStore.InFolder(_temporary.At("oci"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public async Task What_is_pulled_equals_what_was_published()
    {
        var folder = _temporary.Folder("adapter", ("config.json", "{}"), ("deep/er/weights.bin", new string('x', 100_000)));

        var published = await _store.PublishAsync(folder, Requests.Of("team/demo"), Cancellation);
        var digest = await _store.PullAsync(published.Reference, _temporary.At("pulled"), Cancellation);

        Assert.Equal(published.Digest, digest);
        Assert.Equal(1, published.Version);
        Assert.Equal($"oci:{_temporary.At("oci/team/demo")}:v1", published.Reference);
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("pulled")));
    }

    [Fact]
    public async Task The_digest_depends_on_names_and_contents_only()
    {
        var one = _temporary.Folder("one", ("b", "2"), ("a", "1"));
        var other = _temporary.Folder("elsewhere/other", ("a", "1"), ("b", "2"));
        File.SetLastWriteTimeUtc(Path.Combine(one, "a"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(one, "b"), UnixFileMode.UserRead);
        }

        var first = await _store.PublishAsync(one, Requests.Of("first"), Cancellation);
        var second = await _store.PublishAsync(other, Requests.Of("second"), Cancellation);

        Assert.Equal(first.Digest, second.Digest);
    }

    [Fact]
    public async Task Same_content_or_same_run_is_the_same_version()
    {
        var folder = _temporary.Folder("adapter", ("weights", "1"));
        var changed = _temporary.Folder("changed", ("weights", "2"));

        var first = await _store.PublishAsync(folder, Requests.Of("demo", "run-1"), Cancellation);
        var sameContent = await _store.PublishAsync(folder, Requests.Of("demo", "run-2"), Cancellation);
        var sameRun = await _store.PublishAsync(changed, Requests.Of("demo", "run-1"), Cancellation);
        var next = await _store.PublishAsync(changed, Requests.Of("demo", "run-3"), Cancellation);
        var otherPlan = await _store.PublishAsync(
            _temporary.Folder("third", ("weights", "3")), Requests.Of("demo", "run-3", "sha256:bb"), Cancellation);

        Assert.Equal(first, sameContent);
        Assert.Equal(first, sameRun);
        Assert.Equal(2, next.Version);
        Assert.Equal(3, otherPlan.Version);
        Assert.Equal([first, next, otherPlan], await _store.ListVersionsAsync("demo", Cancellation));
    }

    [Fact]
    public async Task Concurrent_publishers_get_a_version_each()
    {
        var published = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            var folder = _temporary.Folder($"adapter-{i}", ("weights", $"{i}"));
            // A store each: the lock is in the file system, as between processes.
            return ArtifactStore.InFolder(_temporary.At("oci")).PublishAsync(folder, Requests.Of("demo", $"run-{i}"), Cancellation);
        })));

        Assert.Equal(Enumerable.Range(1, 8), published.Select(artifact => artifact.Version).Order());
        Assert.Equal(8, (await _store.ListVersionsAsync("demo", Cancellation)).Select(artifact => artifact.Digest).Distinct().Count());
    }

    [Fact]
    public async Task A_damaged_blob_is_refused_and_healed_by_publishing_again()
    {
        var folder = _temporary.Folder("adapter", ("weights", new string('x', 10_000)));
        var published = await _store.PublishAsync(folder, Requests.Of("demo"), Cancellation);
        var blobs = new DirectoryInfo(_temporary.At("oci/demo/blobs/sha256")).GetFiles();
        var layer = blobs.Single(file => file.OpenRead().ReadByte() == 0x1f);
        var bytes = File.ReadAllBytes(layer.FullName);
        bytes[^10] ^= 1;
        File.WriteAllBytes(layer.FullName, bytes);

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => _store.PullAsync(published.Reference, _temporary.At("pulled"), Cancellation));

        Assert.Contains("damaged", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temporary.At("pulled")));
        layer.Delete();
        await _store.PublishAsync(folder, Requests.Of("demo"), Cancellation);
        await _store.PullAsync(published.Reference, _temporary.At("pulled"), Cancellation);
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("pulled")));
    }

    [Fact]
    public async Task The_newest_version_is_pulled_where_no_tag_is_named()
    {
        for (var i = 1; i <= 11; i++)
        {
            await _store.PublishAsync(_temporary.Folder($"a{i}", ("n", $"{i}")), Requests.Of("demo", $"run-{i}"), Cancellation);
        }

        await _store.PullAsync($"oci:{_temporary.At("oci/demo")}", _temporary.At("pulled"), Cancellation);

        Assert.Equal("11", File.ReadAllText(_temporary.At("pulled/n")));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("Upper")]
    [InlineData("")]
    [InlineData("a//b")]
    public async Task A_name_that_is_no_repository_is_refused(string name)
    {
        var folder = _temporary.Folder("adapter", ("weights", "1"));

        await Assert.ThrowsAsync<ArtifactException>(() => _store.PublishAsync(folder, Requests.Of(name), Cancellation));
    }

    [Fact]
    public async Task A_folder_with_a_link_is_not_published()
    {
        var folder = _temporary.Folder("adapter", ("weights", "1"));
        File.CreateSymbolicLink(Path.Combine(folder, "secret"), "/etc/passwd");

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => _store.PublishAsync(folder, Requests.Of("demo"), Cancellation));

        Assert.Contains("is a link", fault.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_temporary.Path, "adapter*"));
    }
}
