namespace Graft.Artifacts.Registry;

/// <summary>A repository's address in a registry.</summary>
/// <param name="Host">Host and port as references name them.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Api">Address of the repository in the registry's API, without a slash at its end.</param>
internal sealed record RegistryEndpoint(string Host, string Repository, string Api)
{
    private const string DockerHub = "docker.io";

    /// <summary>Where the registry says whether it speaks the API at all.</summary>
    public string Root => $"{new Uri(Api).GetLeftPart(UriPartial.Authority)}/v2/";

    /// <summary>
    /// Whether an address is the registry's own: the same scheme, host and port. Credentials go nowhere else, and not without TLS to a
    /// registry that has it.
    /// </summary>
    public bool IsOwn(Uri address)
    {
        var own = new Uri(Api);
        return address.Scheme == own.Scheme && string.Equals(address.Authority, own.Authority, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Where an upload goes on. A registry behind a proxy that ends TLS may name itself without; that address is taken with TLS.
    /// </summary>
    public Uri Follow(Uri asked, Uri location)
    {
        if (!Uri.TryCreate(asked, location, out var next))
        {
            throw new ArtifactException($"Registry {Host} sends on to '{location}', which is no address.", ArtifactFailure.Refused);
        }

        return next.Scheme == "http" && new Uri(Api).Scheme == "https" && next.IsDefaultPort && next.Host == new Uri(Api).Host
            ? new Uri($"{new Uri(Api).GetLeftPart(UriPartial.Authority)}{next.PathAndQuery}")
            : next;
    }

    public static RegistryEndpoint Of(string host, string repository, bool plainHttp)
    {
        // Docker Hub's API is on another host than its name, and its official images are in a repository that is not named.
        var apiHost = host == DockerHub ? "registry-1.docker.io" : host;
        var path = host == DockerHub && !repository.Contains('/', StringComparison.Ordinal) ? $"library/{repository}" : repository;
        return new RegistryEndpoint(host, path, $"{(plainHttp ? "http" : "https")}://{apiHost}/v2/{path}");
    }
}
