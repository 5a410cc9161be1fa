using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Graft.Artifacts.Registry;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>The registry store against a real registry.</summary>
public sealed class RegistryStoreTests : IAsyncLifetime
{
    private static readonly RegistryOptions Plain = new() { PlainHttp = true, SettleTime = TimeSpan.FromMilliseconds(300) };

    private readonly TemporaryFolder _temporary = new();
    private RegistryServer _registry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _temporary.Dispose();
    }

    [Fact]
    public async Task What_is_pulled_equals_what_was_published_and_has_the_digest_of_the_folder_store()
    {
        var folder = AdapterFolder("adapter", bytes: 100_000);
        var store = Store(_registry.Host);

        var published = await store.PublishAsync(folder, Requests.Of("team/demo"), Cancellation);
        var local = await ArtifactStore.InFolder(_temporary.At("oci")).PublishAsync(folder, Requests.Of("demo"), Cancellation);
        var digest = await store.PullAsync(published.Reference, _temporary.At("pulled"), Cancellation);

        Assert.Equal($"{_registry.Host}/adapters/team/demo:v1", published.Reference);
        Assert.Equal(published.Digest, digest);
        Assert.Equal(published.Digest, local.Digest);
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("pulled")));
    }

    [Fact]
    public async Task A_folder_that_is_there_and_empty_is_filled_where_it_is()
    {
        // A pod's volume can neither be replaced nor have anything beside it; nor should a link to another disk be.
        var published = await Store(_registry.Host).PublishAsync(AdapterFolder("adapter"), Requests.Of("demo"), Cancellation);
        var disk = Directory.CreateDirectory(_temporary.At("disk")).FullName;
        Directory.CreateDirectory(Path.Combine(disk, ".files.0123.tmp"));
        var place = Directory.CreateDirectory(_temporary.At("place")).FullName;
        var link = Directory.CreateSymbolicLink(Path.Combine(place, "pulled"), disk).FullName;

        await Store(_registry.Host).PullAsync(published.Reference, link, Cancellation);

        Assert.NotNull(new DirectoryInfo(link).LinkTarget);
        Assert.Single(Directory.GetFileSystemEntries(place));
        Assert.Equal(["weights.bin"], Directory.GetFiles(disk).Select(Path.GetFileName));
        var again = await Assert.ThrowsAsync<ArtifactException>(
            () => Store(_registry.Host).PullAsync(published.Reference, link, Cancellation));
        Assert.Contains("not empty", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_content_or_same_run_is_the_same_version()
    {
        var store = Store(_registry.Host);
        var folder = AdapterFolder("adapter");
        var changed = AdapterFolder("changed");

        Assert.Empty(await store.ListVersionsAsync("demo", Cancellation));
        var first = await store.PublishAsync(folder, Requests.Of("demo", "run-1"), Cancellation);
        var again = await store.PublishAsync(folder, Requests.Of("demo", "run-1"), Cancellation);
        var sameContent = await store.PublishAsync(folder, Requests.Of("demo", "run-2"), Cancellation);
        var sameRun = await store.PublishAsync(changed, Requests.Of("demo", "run-1"), Cancellation);
        var next = await store.PublishAsync(changed, Requests.Of("demo", "run-3"), Cancellation);

        Assert.All([again, sameContent, sameRun], artifact => Assert.Equal(first, artifact));
        Assert.Equal(2, next.Version);
        Assert.Equal([first, next], await store.ListVersionsAsync("demo", Cancellation));
    }

    [Fact]
    public async Task Concurrent_publishers_get_a_version_each_and_lose_none()
    {
        var published = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(
            () => Store(_registry.Host).PublishAsync(AdapterFolder($"adapter-{i}"), Requests.Of("demo", $"run-{i}"), Cancellation))));

        Assert.Equal(Enumerable.Range(1, 6), published.Select(artifact => artifact.Version).Order());
        Assert.Equal(published.OrderBy(artifact => artifact.Version), await Store(_registry.Host).ListVersionsAsync("demo", Cancellation));
    }

    [Theory]
    [InlineData(1 << 20)] // in chunks
    [InlineData(64 << 20)] // in one request
    public async Task An_upload_survives_a_line_that_breaks(int chunkBytes)
    {
        var folder = AdapterFolder("adapter", bytes: 8_000_000);
        using var line = new CuttingProxy(_registry.Port, cuts: 3, upstreamBytes: 2_500_000);

        var published = await Store(line.Host, Plain with { ChunkBytes = chunkBytes }).PublishAsync(
            folder, Requests.Of("demo"), Cancellation);

        Assert.Equal(3, line.Cut);
        Assert.Equal(
            [published.Digest], (await Store(_registry.Host).ListVersionsAsync("demo", Cancellation)).Select(artifact => artifact.Digest));
        await Store(_registry.Host).PullAsync($"{_registry.Host}/adapters/demo@{published.Digest}", _temporary.At("pulled"), Cancellation);
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("pulled")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upload_that_the_registry_gives_up_half_way_begins_again(bool isForgotten)
    {
        var folder = AdapterFolder("adapter", bytes: 4_000_000);
        var chunks = 0;
        using var gate = new RequestGate(_registry.Port)
        {
            Answer = (request, response) =>
            {
                var isGivenUp = (request.Method == "PATCH" && ++chunks == 3) || (isForgotten && chunks == 3 && request.Method == "GET");
                return isGivenUp && RegistryCheckTests.Status(response, 404);
            },
        };

        var published = await Store(gate.Host, Plain with { ChunkBytes = 1 << 20 }).PublishAsync(folder, Requests.Of("demo"), Cancellation);

        // Five chunks and the refused one; where the registry has forgotten the upload, the two before that too.
        Assert.Equal(isForgotten ? 8 : 6, chunks);
        await Store(_registry.Host).PullAsync($"{_registry.Host}/adapters/demo@{published.Digest}", _temporary.At("pulled"), Cancellation);
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("pulled")));
    }

    [Fact]
    public async Task A_download_goes_on_where_the_line_broke()
    {
        var folder = AdapterFolder("adapter", bytes: 8_000_000);
        var published = await Store(_registry.Host).PublishAsync(folder, Requests.Of("demo"), Cancellation);
        using var line = new CuttingProxy(_registry.Port, cuts: 3, downstreamBytes: 2_500_000);

        await Store(line.Host).PullAsync($"{line.Host}/adapters/demo:v1", _temporary.At("pulled"), Cancellation);

        Assert.Equal(3, line.Cut);
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("pulled")));
        Assert.Equal(1, published.Version);
    }

    [Fact]
    public async Task A_line_that_does_not_work_at_all_is_told_and_leaves_nothing_behind()
    {
        using var line = new CuttingProxy(_registry.Port, cuts: int.MaxValue, upstreamBytes: 0);
        var store = Store(line.Host, Plain with { RetryTime = TimeSpan.FromSeconds(2) });

        var push = await Assert.ThrowsAsync<ArtifactException>(
            () => store.PublishAsync(AdapterFolder("adapter"), Requests.Of("demo"), Cancellation));
        var pull = await Assert.ThrowsAsync<ArtifactException>(
            () => store.PullAsync($"{line.Host}/adapters/demo:v1", _temporary.At("pulled"), Cancellation));

        Assert.All(
            [push, pull], fault => Assert.Contains($"Registry {line.Host} cannot be reached", fault.Message, StringComparison.Ordinal));
        Assert.True(line.Cut > 2);
        Assert.Equal(["adapter"], Directory.GetFileSystemEntries(_temporary.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_damaged_blob_is_refused()
    {
        var published = await Store(_registry.Host).PublishAsync(
            AdapterFolder("adapter", bytes: 50_000), Requests.Of("demo"), Cancellation);
        var layer = Directory.EnumerateFiles(_registry.Store, "data", SearchOption.AllDirectories).Single(
            path => new FileInfo(path).Length > 40_000);
        var bytes = await File.ReadAllBytesAsync(layer, Cancellation);
        bytes[30_000] ^= 1;
        await File.WriteAllBytesAsync(layer, bytes, Cancellation);

        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => Store(_registry.Host).PullAsync(published.Reference, _temporary.At("pulled"), Cancellation));

        Assert.Contains("damaged", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temporary.At("pulled")));
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        var fault = await Assert.ThrowsAsync<ArtifactException>(
            () => Store(_registry.Host).PullAsync($"{_registry.Host}/adapters/demo:v7", _temporary.At("pulled"), Cancellation));

        Assert.Contains($"{_registry.Host}/adapters/demo:v7", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Oras_pulls_what_was_published()
    {
        var folder = AdapterFolder("adapter", bytes: 100_000);
        var published = await Store(_registry.Host).PublishAsync(folder, Requests.Of("demo"), Cancellation);

        await Oras.RunAsync(_temporary.Path, "pull", "--plain-http", "-o", "by-oras", published.Reference);
        using var manifest = JsonDocument.Parse(
            await Oras.RunAsync(_temporary.Path, "manifest", "fetch", "--plain-http", published.Reference));

        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("by-oras")));
        Assert.Equal("application/vnd.graft.files.v1", manifest.RootElement.GetProperty("artifactType").GetString());
        Assert.Equal("run-1", manifest.RootElement.GetProperty("annotations").GetProperty("dev.graft/run-uid").GetString());
    }

    [Fact]
    public async Task Oras_reads_the_layout_folder()
    {
        var folder = AdapterFolder("adapter", bytes: 100_000);
        var published = await ArtifactStore.InFolder(_temporary.At("oci")).PublishAsync(folder, Requests.Of("demo"), Cancellation);

        await Oras.RunAsync(_temporary.Path, "pull", "--oci-layout", "-o", "by-oras", $"{_temporary.At("oci/demo")}:v{published.Version}");

        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("by-oras")));
    }

    [Fact]
    public async Task What_oras_pushed_as_files_or_as_a_folder_is_pulled()
    {
        var folder = AdapterFolder("model", bytes: 50_000);
        await Oras.RunAsync(
            folder, "push", "--plain-http", $"{_registry.Host}/files:1", "weights.bin", "sub/config.json:application/json");
        await Oras.RunAsync(_temporary.Path, "push", "--plain-http", $"{_registry.Host}/folder:latest", "model/");

        await ArtifactStore.PullAsync($"oci://{_registry.Host}/files:1", _temporary.At("files"), Plain, Cancellation);
        await ArtifactStore.PullAsync($"{_registry.Host}/folder", _temporary.At("folder"), Plain, Cancellation);

        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("files")));
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("folder/model")));
    }

    private static IArtifactStore Store(string host, RegistryOptions? options = null)
    {
        return ArtifactStore.InRegistry($"{host}/adapters", options ?? Plain);
    }

    // Bytes that do not compress, other ones for each name.
    private string AdapterFolder(string name, int bytes = 1000)
    {
        var folder = _temporary.Folder(name, ("sub/config.json", $"{{\"name\": \"{name}\"}}"));
        var weights = new byte[bytes];
        new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(name)))).NextBytes(weights);
        File.WriteAllBytes(Path.Combine(folder, "weights.bin"), weights);
        return folder;
    }
}
