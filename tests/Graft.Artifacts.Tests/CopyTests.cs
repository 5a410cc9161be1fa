using Graft.Artifacts.Packing;
using Graft.Artifacts.Registry;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Publishing again what is published elsewhere.</summary>
public sealed class CopyTests : IAsyncLifetime
{
    private static readonly RegistryOptions Plain = new()
    {
        PlainHttp = true,
        SettleTime = TimeSpan.FromMilliseconds(100),
        RetryTime = TimeSpan.FromSeconds(1),
    };

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
    public async Task A_copy_has_the_digest_of_its_origin_and_the_next_number_of_its_new_name()
    {
        var (folder, source) = await OriginAsync();
        var target = Store($"{_registry.Host}/elsewhere");
        await target.PublishAsync(_temporary.Folder("other", ("weights", "other")), Requests.Of("renamed", "run-0"), Cancellation);

        var copy = await target.CopyAsync(source, Plain, _temporary.At("work"), Requests.Of("renamed"), Cancellation);
        var again = await target.CopyAsync(source, Plain, _temporary.At("work"), Requests.Of("renamed"), Cancellation);
        await target.PullAsync(copy.Reference, _temporary.At("pulled"), Cancellation);

        Assert.Equal((2, $"{_registry.Host}/elsewhere/renamed:v2"), (copy.Version, copy.Reference));
        Assert.EndsWith(copy.Digest, source, StringComparison.Ordinal);
        Assert.Equal(copy, again);
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("pulled")));
    }

    [Fact]
    public async Task Another_layout_is_another_version_with_the_same_files_and_back_again_is_the_first()
    {
        var (folder, source) = await OriginAsync();
        var target = Store($"{_registry.Host}/adapters");
        var request = Requests.Of("demo");

        var data = await target.CopyAsync(source, Plain, _temporary.At("work"), request with { Root = LayerRoot.Data }, Cancellation);
        var models = await target.CopyAsync(
            $"{_registry.Host}/adapters/demo@{data.Digest}", Plain, _temporary.At("work-2"), request with { Root = LayerRoot.Models },
            Cancellation);
        var root = await target.CopyAsync(
            $"{_registry.Host}/adapters/demo@{models.Digest}", Plain, _temporary.At("work-3"), request, Cancellation);
        await target.PullAsync(models.Reference, _temporary.At("pulled"), Cancellation);

        Assert.Equal([2, 3, 1], new[] { data, models, root }.Select(artifact => artifact.Version));
        Assert.Equal(Folders.Read(folder), Folders.Read(_temporary.At("pulled/models")));
    }

    [Fact]
    public async Task A_copy_between_a_registry_and_a_folder_goes_both_ways()
    {
        var (_, source) = await OriginAsync();

        var local = await ArtifactStore.InFolder(_temporary.At("oci")).CopyAsync(
            source, Plain, _temporary.At("work"), Requests.Of("demo"), Cancellation);
        var back = await Store($"{_registry.Host}/back").CopyAsync(
            $"oci:{_temporary.At("oci/demo")}@{local.Digest}", Plain, _temporary.At("work-2"), Requests.Of("demo"), Cancellation);

        Assert.Equal(local.Digest, back.Digest);
        Assert.Equal((1, 1), (local.Version, back.Version));
    }

    [Fact]
    public async Task A_copy_that_is_cut_anywhere_and_repeated_is_one_version()
    {
        var (_, source) = await OriginAsync();
        var requests = 0;
        using var counting = new RequestGate(_registry.Port) { Before = _ => requests++ };
        await CopyAsync(counting, "counted", Cancellation);
        Assert.True(requests > 10, $"{requests}");

        for (var cut = 0; cut < requests; cut++)
        {
            foreach (var isBefore in (bool[])[true, false])
            {
                var name = $"cut-{cut}-{(isBefore ? "before" : "after")}";
                using var stop = new CancellationTokenSource();
                using (var gate = new RequestGate(_registry.Port))
                {
                    var passed = 0;
                    void Cut(PassingRequest request)
                    {
                        if (passed++ == cut)
                        {
                            stop.Cancel();
                        }
                    }

                    (gate.Before, gate.After) = isBefore ? ((Action<PassingRequest>)Cut, (Action<PassingRequest>?)null) : (null, Cut);
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CopyAsync(gate, name, stop.Token));
                }

                var copy = await Store($"{_registry.Host}/copies").CopyAsync(
                    source, Plain, _temporary.At(name), Requests.Of(name), Cancellation);
                var version = Assert.Single(await Store($"{_registry.Host}/copies").ListVersionsAsync(name, Cancellation));
                Assert.Equal((1, copy.Digest), (version.Version, version.Digest));
            }
        }

        Task<PublishedArtifact> CopyAsync(RequestGate gate, string name, CancellationToken stop)
        {
            return Store($"{gate.Host}/copies").CopyAsync(
                source.Replace(_registry.Host, gate.Host, StringComparison.Ordinal), Plain, _temporary.At(name), Requests.Of(name), stop);
        }
    }

    [Fact]
    public async Task What_is_not_named_by_digest_or_not_there_is_told()
    {
        var (_, source) = await OriginAsync();
        var target = Store($"{_registry.Host}/elsewhere");

        var tag = await Assert.ThrowsAsync<ArtifactException>(
            () => target.CopyAsync($"{_registry.Host}/adapters/demo:v1", Plain, _temporary.At("work"), Requests.Of("demo"), Cancellation));
        var gone = await Assert.ThrowsAsync<ArtifactException>(
            () => target.CopyAsync(
                $"{_registry.Host}/none/demo@{source.Split('@')[1]}", Plain, _temporary.At("work"), Requests.Of("demo"), Cancellation));

        Assert.Contains("names no digest", tag.Message, StringComparison.Ordinal);
        Assert.Contains("is not there any more", gone.Message, StringComparison.Ordinal);
    }

    private async Task<(string Folder, string Reference)> OriginAsync()
    {
        var folder = _temporary.Folder("adapter", ("weights", "trained"), ("sub/config.json", "{}"));
        var published = await Store($"{_registry.Host}/adapters").PublishAsync(folder, Requests.Of("demo"), Cancellation);
        return (folder, $"{_registry.Host}/adapters/demo@{published.Digest}");
    }

    private static IArtifactStore Store(string prefix)
    {
        return ArtifactStore.InRegistry(prefix, Plain);
    }
}
