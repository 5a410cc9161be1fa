using System.Text;
using System.Text.Json;
using Graft.Common;

namespace Graft.Artifacts.Registry;

/// <summary>Credentials for one registry.</summary>
/// <param name="Username">User, or null with an identity token.</param>
/// <param name="Password">Password or access token.</param>
/// <param name="IdentityToken">OAuth2 refresh token, or null.</param>
internal sealed record DockerCredentials(string? Username, string? Password, string? IdentityToken)
{
    private const string DockerHubKey = "https://index.docker.io/v1/";

    /// <summary>The value of a Basic authorization header, or null with an identity token.</summary>
    public string? Basic => Username is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{Password}"));

    /// <summary>
    /// The entry for a repository: of several, the one with the longest path. Null where the file has none. One that is stored for
    /// <c>https://</c> does not go out without TLS.
    /// </summary>
    /// <exception cref="ArtifactException">The file is no Docker configuration.</exception>
    public static DockerCredentials? Find(string file, string host, string repository, bool plainHttp)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            // A registry in a Secret of the older type dockercfg stands at the top.
            var entries = document.RootElement.TryGetProperty("auths", out var auths) ? auths : document.RootElement;
            return entries.EnumerateObject()
                .Where(entry => !plainHttp || !entry.Name.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
                .Select(entry => (Key: Normal(entry.Name), entry.Value))
                .Where(entry => $"{host}/{repository}/".StartsWith(entry.Key + "/", StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(entry => entry.Key.Length)
                .Select(entry => Read(entry.Value))
                .FirstOrDefault(credentials => credentials is not null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new ArtifactException(
                $"'{file}' is no Docker configuration with credentials ({error.Message}).", error, ArtifactFailure.Refused);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            throw new ArtifactException(
                $"The registry credentials in '{file}' cannot be read: {error.Message}", error, ArtifactFailure.Refused);
        }
    }

    private static string Normal(string key)
    {
        if (key == DockerHubKey)
        {
            return "docker.io";
        }

        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? key : key[(scheme + 3)..]).TrimEnd('/');
    }

    private static DockerCredentials? Read(JsonElement entry)
    {
        string? Text(string name)
        {
            return entry.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;
        }

        if (Text("identitytoken") is { } token)
        {
            return new DockerCredentials(null, null, token);
        }

        if (Text("username") is { } user && Text("password") is { } password)
        {
            return new DockerCredentials(user, password, null);
        }

        return Text("auth") is { } encoded
            && Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).Split(':', 2) is [var name, var secret]
            ? new DockerCredentials(name, secret, null)
            : null;
    }
}
