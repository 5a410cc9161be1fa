namespace Graft.Tracking.Rest;

/// <summary>Where a run's artifacts go, decided from the artifact URI that the server gave it.</summary>
internal static class ArtifactTarget
{
    /// <summary>The address to PUT a file to, or null where this machine cannot write to the run's artifacts.</summary>
    /// <param name="server">The tracking server.</param>
    /// <param name="artifactUri">The run's artifact URI.</param>
    /// <param name="path">Path within the run's artifacts.</param>
    public static Uri? Resolve(Uri server, string artifactUri, string path)
    {
        if (!Uri.TryCreate(artifactUri, UriKind.Absolute, out var root))
        {
            return null;
        }

        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var folder = root.AbsolutePath.Trim('/');
        // Another host would get this server's credentials; so would the same host without the TLS that the server has.
        var sameServer = root.Host.Length == 0 || root.Authority == server.Authority;
        var sameScheme = root.Scheme == server.Scheme;
        return root.Scheme switch
        {
            "mlflow-artifacts" when sameServer =>
                new Uri($"{MlflowSettings.AddressOf(server)}/api/2.0/mlflow-artifacts/artifacts/{folder}/{escaped}"),
            "http" or "https" when sameServer && sameScheme => new Uri($"{root.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{escaped}"),
            _ => null,
        };
    }
}
