namespace Graft.Artifacts.Registry;

/// <summary>A repository's address in a registry.</summary>
/// <param name="Host">Host and port as references name them.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Api">Address of the repository in the registry's API, without a slash at its end.</param>
internal sealed record RegistryEndpoint(string Host, string Repository, string Api)
{
    private const string DockerHub = "docker.io";

    public static RegistryEndpoint Of(string host, string repository, bool plainHttp)
    {
        // Docker Hub's API is on another host than its name, and its official images are in a repository that is not named.
        var apiHost = host == DockerHub ? "registry-1.docker.io" : host;
        var path = host == DockerHub && !repository.Contains('/', StringComparison.Ordinal) ? $"library/{repository}" : repository;
        return new RegistryEndpoint(host, path, $"{(plainHttp ? "http" : "https")}://{apiHost}/v2/{path}");
    }
}
