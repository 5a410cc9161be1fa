using System.Text;
using Graft.Artifacts.Registry;
using Xunit;
using static Graft.Artifacts.Tests.RegistryCheckTests;

namespace Graft.Artifacts.Tests;

/// <summary>A registry's credentials go to that registry, wherever it sends the requests.</summary>
public sealed class CredentialsStayTests : IAsyncLifetime
{
    // bcrypt of "secret"
    private const string Users = "bob:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";
    private const string Challenge = "WWW-Authenticate";

    private readonly TemporaryFolder _temporary = new();
    private RegistryServer _registry = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryServer.StartAsync($"auth: {{htpasswd: {{realm: test, path: {Write("users", Users)}}}}}");
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _temporary.Dispose();
    }

    [Fact]
    public async Task A_download_that_is_sent_to_another_host_goes_there_without_credentials()
    {
        // The other host keeps the blobs and is let into the registry by its own means.
        var basic = Encoded("bob:secret");
        using var elsewhere = new RequestGate(_registry.Port, "localhost")
        {
            Answer = (request, response) => BlobOf(
            _registry, request, response)
        };
        using var gate = new RequestGate(_registry.Port)
        {
            Answer = (request, response) => request.Path.Contains("/blobs/sha256", StringComparison.Ordinal) && request.Method == "GET"
                && Status(response, 307, ("Location", $"http://{elsewhere.Host}{request.Path}")),
        };
        var published = await Store(gate.Host).PublishAsync(Adapter(), Requests.Of("demo"), Cancellation);

        await Store(gate.Host).PullAsync(published.Reference, _temporary.At("pulled"), Cancellation);

        Assert.Equal("1", File.ReadAllText(_temporary.At("pulled/weights")));
        Assert.NotEmpty(elsewhere.Requests);
        Assert.All(elsewhere.Requests, request => Assert.Null(request.Authorization));
        Assert.Contains(gate.Requests, request => request.Authorization == $"Basic {basic}");
    }

    [Fact]
    public async Task An_upload_that_is_sent_to_another_host_goes_there_without_credentials_and_that_host_cannot_ask_for_them()
    {
        using var elsewhere = new RequestGate(0, "localhost")
        {
            Answer = (_, response) => Status(response, 401, (Challenge, "Basic realm=\"elsewhere\"")),
        };
        using var gate = new RequestGate(_registry.Port)
        {
            Answer = (request, response) =>
                request.Method == "POST" && Status(response, 202, ("Location", $"http://{elsewhere.Host}/upload")),
        };

        await Assert.ThrowsAsync<ArtifactException>(() => Store(gate.Host).PublishAsync(Adapter(), Requests.Of("demo"), Cancellation));

        Assert.NotEmpty(elsewhere.Requests);
        Assert.All(elsewhere.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task A_token_service_of_another_host_is_asked_over_TLS_only()
    {
        using var elsewhere = new RequestGate(0, "localhost") { Answer = (_, response) => Status(response, 200) };
        using var gate = new RequestGate(0)
        {
            Answer = (_, response) => Status(response, 401, (Challenge, $"Bearer realm=\"http://{elsewhere.Host}/token\",service=\"s\"")),
        };

        var fault = await Assert.ThrowsAsync<ArtifactException>(() => Store(gate.Host).CheckAsync("demo", Cancellation));

        Assert.Contains("credentials do not go there", fault.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_token_service_that_sends_elsewhere_is_not_followed(int status)
    {
        using var elsewhere = new RequestGate(0, "localhost") { Answer = (_, response) => Status(response, 200) };
        using var tokens = new RequestGate(0)
        {
            Answer = (_, response) => Status(response, status, ("Location", $"http://{elsewhere.Host}/token")),
        };
        using var gate = new RequestGate(0)
        {
            Answer = (_, response) => Status(response, 401, (Challenge, $"Bearer realm=\"http://{tokens.Host}/token\",service=\"s\"")),
        };
        var refresh = Write("refresh.json", $$"""{"auths": {"{{gate.Host}}": {"identitytoken": "refresh"} } }""");

        await Assert.ThrowsAsync<ArtifactException>(() => Store(gate.Host, refresh).CheckAsync("demo", Cancellation));

        Assert.NotEmpty(tokens.Requests);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Credentials_of_one_registry_are_not_shown_to_another()
    {
        using var other = new RequestGate(_registry.Port);
        var file = Write("one.json", $$"""{"auths": {"{{_registry.Host}}": {"auth": "{{Encoded("bob:secret")}}"} } }""");

        await Assert.ThrowsAsync<ArtifactException>(() => Store(other.Host, file).CheckAsync("demo", Cancellation));

        Assert.All(other.Requests, request => Assert.Null(request.Authorization));
    }

    [Theory]
    [InlineData("registry.example:5000", "registry.example:5000", true, true)]
    [InlineData("http://registry.example:5000", "registry.example:5000", true, true)]
    [InlineData("https://registry.example:5000", "registry.example:5000", true, false)]
    [InlineData("http://registry.example:5000", "registry.example:5000", false, true)]
    [InlineData("https://registry.example:5000", "registry.example:5000", false, true)]
    [InlineData("registry.example", "registry.example:5000", false, false)]
    [InlineData("registry.example:5000", "registry.example", false, false)]
    [InlineData("registry.example", "registry.example.org", false, false)]
    [InlineData("registry.example/a", "registry.example", false, true)]
    [InlineData("registry.example/a/bc", "registry.example", false, false)]
    public void Stored_credentials_are_for_their_host_port_and_path_and_not_for_less_than_their_scheme(
        string stored, string host, bool plainHttp, bool found)
    {
        var file = Write("stored.json", $$"""{"auths": {"{{stored}}": {"auth": "{{Encoded("bob:secret")}}"} } }""");

        Assert.Equal(found, DockerCredentials.Find(file, host, "a/b", plainHttp) is not null);
    }

    [Theory]
    [InlineData("https://registry.example/v2/a/b", true)]
    [InlineData("https://REGISTRY.example:443/v2/a/b", true)]
    [InlineData("http://registry.example/v2/a/b", false)]
    [InlineData("https://registry.example:5000/v2/a/b", false)]
    [InlineData("https://registry.example.org/v2/a/b", false)]
    public void An_address_is_the_registry_s_own_by_scheme_host_and_port(string address, bool own)
    {
        Assert.Equal(own, RegistryEndpoint.Of("registry.example", "a/b", plainHttp: false).IsOwn(new Uri(address)));
    }

    [Theory]
    [InlineData("/v2/a/b/blobs/uploads/1?_state=x", "https://registry.example/v2/a/b/blobs/uploads/1?_state=x")]
    [InlineData("http://registry.example/v2/a/b/blobs/uploads/1?_state=x", "https://registry.example/v2/a/b/blobs/uploads/1?_state=x")]
    [InlineData("http://registry.example:8080/upload", "http://registry.example:8080/upload")]
    [InlineData("http://store.example/upload", "http://store.example/upload")]
    public void A_registry_that_forgets_its_TLS_is_reminded(string location, string expected)
    {
        var endpoint = RegistryEndpoint.Of("registry.example", "a/b", plainHttp: false);

        Assert.Equal(expected, endpoint.Follow(
            new Uri($"{endpoint.Api}/blobs/uploads/"), new Uri(location, UriKind.RelativeOrAbsolute)).AbsoluteUri);
    }

    private static bool BlobOf(RegistryServer registry, PassingRequest request, System.Net.HttpListenerResponse response)
    {
        var hex = request.Path[(request.Path.LastIndexOf(':') + 1)..];
        var file = Path.Combine(registry.Store, "docker/registry/v2/blobs/sha256", hex[..2], hex, "data");
        response.OutputStream.Write(File.ReadAllBytes(file));
        return true;
    }

    private static string Encoded(string text)
    {
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    private string Adapter()
    {
        return _temporary.Folder("adapter", ("weights", "1"));
    }

    private string Write(string file, string content)
    {
        File.WriteAllText(_temporary.At(file), content);
        return _temporary.At(file);
    }

    private IArtifactStore Store(string host, string? file = null)
    {
        file ??= Write($"{Guid.NewGuid():N}.json", $$"""{"auths": {"{{host}}": {"auth": "{{Encoded("bob:secret")}}"} } }""");
        var options = new RegistryOptions
        {
            PlainHttp = true,
            DockerConfigFile = file,
            SettleTime = TimeSpan.FromMilliseconds(100),
            RetryTime = TimeSpan.FromSeconds(1),
        };
        return ArtifactStore.InRegistry($"{host}/adapters", options);
    }
}
