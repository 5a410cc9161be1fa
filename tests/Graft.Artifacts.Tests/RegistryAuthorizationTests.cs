using System.Text;
using System.Text.Json;
using Graft.Artifacts.Registry;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>Registries that want to know who asks.</summary>
public sealed class RegistryAuthorizationTests : IDisposable
{
    // bcrypt of "secret"
    private const string Users = "bob:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public async Task Basic_credentials_are_taken_from_the_docker_configuration()
    {
        await using var registry = await RegistryServer.StartAsync($"auth: {{htpasswd: {{realm: test, path: {Secret("users", Users)}}}}}");
        var folder = _temporary.Folder("adapter", ("weights", "1"));

        var published = await Store(registry, "bob", "secret").PublishAsync(folder, Requests.Of("demo"), Cancellation);
        var anonymous = await Assert.ThrowsAsync<ArtifactException>(
            () => Store(registry).PullAsync(published.Reference, _temporary.At("pulled"), Cancellation));
        var wrong = await Assert.ThrowsAsync<ArtifactException>(
            () => Store(registry, "bob", "guess").PublishAsync(folder, Requests.Of("demo"), Cancellation));

        Assert.Contains("wants credentials", anonymous.Message, StringComparison.Ordinal);
        Assert.Contains("does not take the credentials", wrong.Message, StringComparison.Ordinal);
        await Store(registry, "bob", "secret").PullAsync(published.Reference, _temporary.At("pulled"), Cancellation);
        Assert.Equal("1", File.ReadAllText(_temporary.At("pulled/weights")));
    }

    [Fact]
    public async Task Tokens_are_fetched_for_the_scope_that_the_registry_names()
    {
        using var tokens = new TokenService();
        await using var registry = await RegistryServer.StartAsync(
            $"auth: {{token: {{realm: \"{tokens.Realm}\", service: test-registry, issuer: graft-test-issuer, rootcertbundle: {Secret("issuer.pem", tokens.CertificatePem)}}}}}");
        var folder = _temporary.Folder("adapter", ("weights", "1"));

        var published = await Store(registry, TokenService.User, TokenService.Password).PublishAsync(
            folder, Requests.Of("demo"), Cancellation);
        await Store(registry, TokenService.User, TokenService.Password).PullAsync(
            published.Reference, _temporary.At("pulled"), Cancellation);
        var wrong = await Assert.ThrowsAsync<ArtifactException>(
            () => Store(registry, TokenService.User, "guess").PublishAsync(folder, Requests.Of("demo"), Cancellation));

        Assert.Equal("1", File.ReadAllText(_temporary.At("pulled/weights")));
        Assert.Contains("answers 401", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("repository:adapters/demo:pull", tokens.Scopes);
        Assert.Contains(tokens.Scopes, scope => scope is "repository:adapters/demo:pull,push" or "repository:adapters/demo:push,pull");
    }

    [Theory]
    [InlineData("registry.example:5000", "team/demo", "right")]
    [InlineData("registry.example:5000", "other/demo", "host")]
    [InlineData("registry.example", "team/demo", null)]
    [InlineData("docker.io", "library/demo", "hub")]
    [InlineData("token.example", "demo", "refresh")]
    public void The_entry_with_the_longest_path_counts(string host, string repository, string? expected)
    {
        var file = Secret("config.json", $$$"""
            {"auths": {
              "registry.example:5000": {"auth": "{{{Encoded("user:host")}}}"},
              "https://registry.example:5000/team": {"username": "user", "password": "right"},
              "registry.example:5000/te": {"auth": "{{{Encoded("user:wrong")}}}"},
              "https://index.docker.io/v1/": {"auth": "{{{Encoded("user:hub")}}}"},
              "token.example": {"identitytoken": "refresh"}
            }}
            """);

        var found = DockerCredentials.Find(file, host, repository, plainHttp: false);

        Assert.Equal(expected, found?.Password ?? found?.IdentityToken);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"auths\": {\"registry.example\": {\"auth\": \"%%%\"}}}")]
    public void A_file_that_is_no_docker_configuration_is_named(string content)
    {
        var file = Secret("config.json", content);

        Assert.Contains(file, Assert.Throws<ArtifactException>(() => DockerCredentials.Find(file, "registry.example", "demo",
            plainHttp: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_challenge_may_hold_commas_and_other_schemes()
    {
        var challenge = AuthenticationChallenge.Parse(
            ["Negotiate", "Bearer realm=\"https://auth.example/token\",service=registry,scope=\"repository:a/b:pull,push\""]);

        Assert.Equal("bearer", challenge!.Scheme);
        Assert.Equal(
            ["https://auth.example/token", "registry", "repository:a/b:pull,push"],
            new[] { "realm", "service", "scope" }.Select(name => challenge.Parameters[name]));
    }

    private static string Encoded(string text)
    {
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    private string Secret(string file, string content)
    {
        File.WriteAllText(_temporary.At(file), content);
        return _temporary.At(file);
    }

    private IArtifactStore Store(RegistryServer registry, string? user = null, string? password = null)
    {
        var file = user is null
            ? null
            : Secret($"config-{password!.GetHashCode()}.json", JsonSerializer.Serialize(new
            {
                auths = new Dictionary<string, object> { [registry.Host] = new { auth = Encoded($"{user}:{password}") } },
            }));
        var options = new RegistryOptions { PlainHttp = true, DockerConfigFile = file, SettleTime = TimeSpan.FromMilliseconds(100) };
        return ArtifactStore.InRegistry($"{registry.Host}/adapters", options);
    }
}
