using System.Net.Http.Headers;
using System.Text.Json;

namespace Graft.Artifacts.Registry;

/// <summary>Answers a registry's challenge for one repository and remembers the answer until the registry refuses it.</summary>
internal sealed class RegistryAuthorization(RegistryEndpoint endpoint, RegistryOptions options, HttpClient client)
{
    /// <summary>What the next request carries.</summary>
    public AuthenticationHeaderValue? Header { get; private set; }

    /// <summary>Gets a new header from the challenge of a refused request; false where there is nothing that could help.</summary>
    public async Task<bool> AnswerAsync(HttpResponseMessage refused, CancellationToken cancellationToken)
    {
        var credentials = options.DockerConfigFile is null
            ? null
            : DockerCredentials.Find(options.DockerConfigFile, endpoint.Host, endpoint.Repository, options.PlainHttp);
        var challenge = AuthenticationChallenge.Parse(refused.Headers.WwwAuthenticate.Select(header => header.ToString()));
        Header = challenge?.Scheme switch
        {
            "basic" when credentials?.Basic is { } basic => new AuthenticationHeaderValue("Basic", basic),
            "bearer" =>
                new AuthenticationHeaderValue("Bearer", await TokenAsync(challenge, credentials, cancellationToken).ConfigureAwait(false)),
            _ => null,
        };
        return Header is not null;
    }

    private async Task<string> TokenAsync(
        AuthenticationChallenge challenge, DockerCredentials? credentials, CancellationToken cancellationToken)
    {
        var realm = challenge.Parameters.GetValueOrDefault("realm");
        if (!Uri.TryCreate(realm, UriKind.Absolute, out var address) || !MayAsk(address))
        {
            throw new ArtifactException(
                $"Registry {endpoint.Host} sends for a token to '{realm}', which is neither an https address nor on the registry's own host "
                    + "without TLS: credentials do not go there.",
                ArtifactFailure.Refused);
        }

        var service = challenge.Parameters.GetValueOrDefault("service") ?? "";
        var scope = challenge.Parameters.GetValueOrDefault("scope") ?? $"repository:{endpoint.Repository}:pull,push";
        using var request = credentials?.IdentityToken is { } refresh
            ? new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = refresh,
                    ["client_id"] = "graft",
                    ["service"] = service,
                    ["scope"] = scope,
                }),
            }
            : new HttpRequestMessage(
                HttpMethod.Get,
                $"{realm}{(address.Query.Length == 0 ? '?' : '&')}service={Uri.EscapeDataString(service)}&scope={Uri.EscapeDataString(scope)}");
        if (credentials?.Basic is { } basic)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        }

        using var response = await AskAsync(request, address, cancellationToken).ConfigureAwait(false);
        if (RegistryHttp.IsPassing(response.StatusCode))
        {
            throw new TokenServiceException(endpoint, address, (int)response.StatusCode);
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new ArtifactException(
                $"Registry {endpoint.Host}: its token service '{address.Host}' answers {(int)response.StatusCode} for {scope}. Check the "
                    + $"credentials{(options.DockerConfigFile is null ? "; none are given" : $" in '{options.DockerConfigFile}'")}.",
                ArtifactFailure.Refused);
        }

        return Token(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false))
            ?? throw WithoutToken(address, null);
    }

    private ArtifactException WithoutToken(Uri address, Exception? fault)
    {
        return new ArtifactException(
            $"Registry {endpoint.Host}: its token service '{address.Host}' answers without a token. Check the address of the registry.",
            fault,
            ArtifactFailure.Refused);
    }

    /// <summary>Any host over TLS, as registries have their token service elsewhere; without TLS only the registry's own host.</summary>
    private bool MayAsk(Uri address)
    {
        return address.Scheme == "https" || (options.PlainHttp && address.Scheme == "http" && address.Host == new Uri(endpoint.Api).Host);
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (RegistryFaults.IsTooLong(error))
        {
            throw WithoutToken(address, error);
        }
        catch (HttpRequestException error)
        {
            throw new TokenServiceException(address, error);
        }
    }

    private static string? Token(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return ((string[])["token", "access_token"])
                .Select(name => document.RootElement.TryGetProperty(name, out var token) ? token.GetString() : null)
                .FirstOrDefault(text => !string.IsNullOrEmpty(text));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
