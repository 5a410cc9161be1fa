using System.Net;
using Graft.Artifacts.Registry;
using Graft.Tests;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Whether a registry takes artifacts, asked before there is one.</summary>
public sealed class RegistryCheckTests : IAsyncLifetime
{
    private static readonly RegistryOptions Plain = new() { PlainHttp = true, UnreachableTime = TimeSpan.FromSeconds(1) };

    private RegistryServer _registry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Asking_leaves_neither_a_repository_nor_an_upload_behind()
    {
        using var gate = new RequestGate(_registry.Port);

        await Store(gate.Host).CheckAsync("demo", Cancellation);

        Assert.Equal(["GET", "POST", "DELETE"], gate.Requests.Select(request => request.Method));
        // This registry itself may keep the state of a checksum; what it takes for an upload or an artifact are these.
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_registry.Store, "*", SearchOption.AllDirectories), file =>
                Path.GetFileName(file) is "data" or "startedat" or "link");
        Assert.Empty(await Store(_registry.Host).ListVersionsAsync("demo", Cancellation));
    }

    [Fact]
    public async Task A_port_that_nobody_listens_at_is_told_with_address_cause_and_remedy()
    {
        var host = $"127.0.0.1:{FreePorts.Take()}";

        var fault = await CheckFailsAsync(host, Plain);

        Assert.Equal(ArtifactFailure.Unavailable, fault.Failure);
        Assert.Contains($"Registry {host} cannot be reached: nothing listens on that port", fault.Message, StringComparison.Ordinal);
        Assert.Contains("whether the registry runs", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_told()
    {
        var fault = await CheckFailsAsync("registry.invalid:5000", Plain);

        Assert.Contains(
            "its name does not resolve. Check the spelling of 'registry.invalid:5000'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_without_TLS_that_is_asked_for_TLS_is_told()
    {
        // At once: that it is tried again would show, for the test would not end.
        var fault = await CheckFailsAsync(_registry.Host, new RegistryOptions { RetryTime = TimeSpan.FromDays(1) });

        Assert.Contains("TLS fails", fault.Message, StringComparison.Ordinal);
        Assert.Contains("artifacts.plainHttp", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_no_registry_is_told()
    {
        using var gate = new RequestGate(0) { Answer = (_, response) => Status(response, 404) };

        var fault = await CheckFailsAsync(gate.Host, Plain);

        Assert.Equal(ArtifactFailure.Refused, fault.Failure);
        Assert.Contains("it is no OCI registry", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "wants credentials", ArtifactFailure.Refused)]
    [InlineData(403, "lack the permission", ArtifactFailure.Refused)]
    [InlineData(405, "answers 405", ArtifactFailure.Refused)]
    [InlineData(503, "try again later", ArtifactFailure.Unavailable)]
    public async Task A_refused_upload_is_told(int status, string message, ArtifactFailure failure)
    {
        using var gate = new RequestGate(_registry.Port)
        {
            Answer = (request, response) => request.Method == "POST"
            && Status(response, status)
        };

        var fault = await CheckFailsAsync(gate.Host, Plain with { RetryTime = TimeSpan.FromSeconds(1) });

        Assert.Equal(failure, fault.Failure);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_busy_for_a_while_is_waited_for()
    {
        var busy = 3;
        using var gate = new RequestGate(_registry.Port)
        {
            Answer = (_, response) => Interlocked.Decrement(ref busy) >= 0 && Status(response, busy == 0 ? 429 : 503),
        };

        // No time at all for one that cannot be reached: this one can.
        await Store(gate.Host, Plain with { UnreachableTime = TimeSpan.Zero }).CheckAsync("demo", Cancellation);

        Assert.True(busy < 0);
    }

    [Fact]
    public async Task A_registry_that_cannot_end_uploads_takes_artifacts_all_the_same()
    {
        using var gate = new RequestGate(_registry.Port)
        {
            Answer = (request, response) => request.Method == "DELETE"
            && Status(response, 405)
        };

        await Store(gate.Host).CheckAsync("demo", Cancellation);
    }

    [Fact]
    public async Task A_token_service_that_is_down_is_named()
    {
        var port = FreePorts.Take();
        using var gate = new RequestGate(0)
        {
            Answer = (_, response) =>
                Status(response, 401, ("WWW-Authenticate", $"Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"s\"")),
        };

        var fault = await CheckFailsAsync(gate.Host, Plain);

        Assert.Contains($"The token service 'http://127.0.0.1:{port}/token' of registry {gate.Host} cannot be reached", fault.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_told()
    {
        using var temporary = new TemporaryFolder();
        var file = temporary.At("file");
        await File.WriteAllTextAsync(file, "", Cancellation);

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => ArtifactStore.InFolder(file).CheckAsync("demo", Cancellation));

        Assert.Contains("cannot be written", fault.Message, StringComparison.Ordinal);
    }

    internal static bool Status(HttpListenerResponse response, int status, params (string Name, string Value)[] headers)
    {
        response.StatusCode = status;
        foreach (var (name, value) in headers)
        {
            response.Headers[name] = value;
        }

        return true;
    }

    private static async Task<ArtifactException> CheckFailsAsync(string host, RegistryOptions options)
    {
        return await Assert.ThrowsAsync<ArtifactException>(() => Store(host, options).CheckAsync("demo", Cancellation));
    }

    private static IArtifactStore Store(string host, RegistryOptions? options = null)
    {
        return ArtifactStore.InRegistry($"{host}/adapters", options ?? Plain);
    }
}
