using System.Collections.Concurrent;
using Graft.Artifacts.Registry;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>The bytes that are told of are those that went over the line, to and from a real registry.</summary>
public sealed class TransferProgressTests : IAsyncLifetime
{
    private const int Chunk = 1 << 20;

    private readonly TemporaryFolder _temporary = new();
    private readonly ConcurrentQueue<TransferProgress> _told = [];
    private RegistryServer _registry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RegistryOptions Told => new()
    {
        PlainHttp = true,
        SettleTime = TimeSpan.FromMilliseconds(300),
        ChunkBytes = Chunk,
        Transferred = _told.Enqueue,
    };

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _temporary.Dispose();
    }

    [Theory]
    [InlineData(Chunk)] // in chunks
    [InlineData(64 << 20)] // in one request
    public async Task What_is_pushed_and_pulled_is_counted_to_the_last_byte(int chunkBytes)
    {
        var published = await Store(_registry.Host, Told with { ChunkBytes = chunkBytes }).PublishAsync(
            Folder(), Requests.Of("demo"), Cancellation);
        var (packed, sent) = (Of(TransferStep.Packing), Of(TransferStep.Sending));
        _told.Clear();
        await Store(_registry.Host).PullAsync(published.Reference, _temporary.At("pulled"), Cancellation);

        Assert.Equal(4_000_000, packed[^1].Total);
        // The blobs as the registry has them: the layer and the configuration, without the manifest.
        var blobs = Directory.EnumerateFiles(_registry.Store, "data", SearchOption.AllDirectories)
            .Select(path => new FileInfo(path).Length).Order().ToList();
        Assert.Equal(blobs.Max() + blobs.Min(), sent[^1].Total);
        Assert.Equal(blobs.Max(), _told.Last().Total);
        Assert.All([packed, sent, Of(TransferStep.Fetching)], IsCountedUp);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_push_that_goes_on_is_counted_from_what_the_registry_has(bool isForgotten)
    {
        var chunks = 0;
        using var gate = new RequestGate(_registry.Port)
        {
            Answer = (request, response) =>
            {
                var isGivenUp = (request.Method == "PATCH" && ++chunks == 3) || (isForgotten && chunks == 3 && request.Method == "GET");
                return isGivenUp && RegistryCheckTests.Status(response, 404);
            },
        };

        await Store(gate.Host).PublishAsync(Folder(), Requests.Of("demo"), Cancellation);

        var sent = Of(TransferStep.Sending);
        var fall = Assert.Single(sent.Zip(sent.Skip(1)), pair => pair.Second.Done < pair.First.Done);
        Assert.Equal((3 * Chunk, isForgotten ? 0 : 2 * Chunk), (fall.First.Done, fall.Second.Done));
        Assert.Equal(sent[^1].Total, sent[^1].Done);
    }

    [Fact]
    public async Task A_pull_over_a_line_that_breaks_counts_each_byte_once()
    {
        var published = await Store(_registry.Host).PublishAsync(Folder(), Requests.Of("demo"), Cancellation);
        using var line = new CuttingProxy(_registry.Port, cuts: 2, downstreamBytes: 1_500_000);
        _told.Clear();

        await Store(line.Host).PullAsync($"{line.Host}/adapters/demo@{published.Digest}", _temporary.At("pulled"), Cancellation);

        Assert.Equal(2, line.Cut);
        IsCountedUp(Of(TransferStep.Fetching));
    }

    [Fact]
    public async Task What_the_registry_has_already_is_not_sent_again_and_counts_as_done()
    {
        await Store(_registry.Host).PublishAsync(Folder(), Requests.Of("demo"), Cancellation);
        _told.Clear();
        await Store(_registry.Host).PublishAsync(Folder(), Requests.Of("other"), Cancellation);
        await Store(_registry.Host).PublishAsync(Folder(), Requests.Of("demo"), Cancellation);

        var again = Of(TransferStep.Sending)[^1];
        Assert.True(again.Done >= 4_000_000 && again.Done <= again.Total, again.ToString());
        Assert.DoesNotContain(_told.Reverse().TakeWhile(told => told.Step == TransferStep.Sending), told => told.Done < 4_000_000);
    }

    private static void IsCountedUp(IReadOnlyList<TransferProgress> told)
    {
        Assert.True(told.Count > 3, $"{told.Count} reports");
        Assert.All(told.Zip(told.Skip(1)), pair => Assert.True(pair.First.Done < pair.Second.Done, $"{pair}"));
        Assert.Equal(told[^1].Total, told[^1].Done);
    }

    private List<TransferProgress> Of(TransferStep step) => [.. _told.Where(told => told.Step == step)];

    private IArtifactStore Store(string host, RegistryOptions? options = null)
    {
        return ArtifactStore.InRegistry($"{host}/adapters", options ?? Told);
    }

    private string Folder()
    {
        var folder = _temporary.Folder("adapter");
        Directory.CreateDirectory(folder);
        var weights = new byte[4_000_000];
        new Random(1).NextBytes(weights);
        File.WriteAllBytes(Path.Combine(folder, "weights.bin"), weights);
        return folder;
    }
}
