namespace Graft.Artifacts.Registry;

/// <summary>How to speak to OCI registries.</summary>
public sealed record RegistryOptions
{
    /// <summary>HTTP without TLS: for registries on loopback or inside a cluster.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>A <c>.dockerconfigjson</c> (or Docker's <c>config.json</c>) with credentials; null for none.</summary>
    public string? DockerConfigFile { get; init; }

    /// <summary>PEM file with authorities to trust in place of the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Size of the pieces in which a large blob is uploaded; a broken upload goes on with the piece that broke.</summary>
    public int ChunkBytes { get; init; } = 32 << 20;

    /// <summary>
    /// How long a publisher waits before it looks whether the version number it took is still its own. Longer than any
    /// registry takes from answering a question for a tag to storing one.
    /// </summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long requests that fail for passing reasons are tried again. What is published took hours to make: a registry
    /// that restarts must not cost it.
    /// </summary>
    public TimeSpan RetryTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a registry that cannot be reached at all is tried; null is <see cref="RetryTime"/>. Shorter where somebody waits to hear
    /// of a wrong address: a registry that answers "busy" is there, one that does not answer may never be.
    /// </summary>
    public TimeSpan? UnreachableTime { get; init; }

    /// <summary>
    /// Is told, in sentences, what is waited for: an answer that is slow to come, and the next attempt after a failed one.
    /// </summary>
    public Action<string>? Waiting { get; init; }

    /// <summary>Is told of the bytes that go to the registry or come from it, as often as there are new ones.</summary>
    public Action<TransferProgress>? Transferred { get; init; }

    /// <summary>Time for the beginning of an answer; sending a body has its own on top.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The file in which Docker, Podman and oras keep the user's credentials, if it is there.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static string? UserConfigFile(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var folder = environment("DOCKER_CONFIG") ?? (environment("HOME") is { } home ? Path.Combine(home, ".docker") : null);
        var file = folder is null ? null : Path.Combine(folder, "config.json");
        return File.Exists(file) ? file : null;
    }
}
