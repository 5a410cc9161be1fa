using Graft.Artifacts.Oci;
using Graft.Artifacts.Registry;

namespace Graft.Artifacts;

/// <summary>Opens artifact stores.</summary>
public static class ArtifactStore
{
    /// <summary>A store on disk: one OCI layout folder for each name.</summary>
    /// <param name="folder">Folder of the layout folders.</param>
    /// <param name="transferred">Is told of the bytes that go there or come from there.</param>
    public static IArtifactStore InFolder(string folder, Action<TransferProgress>? transferred = null)
    {
        var options = new RegistryOptions { Transferred = transferred };
        return new RepositoryStore(name => new OciLayout(Path.Combine(folder, name)), options, TimeProvider.System);
    }

    /// <summary>A store in a registry: one repository for each name.</summary>
    /// <param name="prefix">Registry and, if wanted, a path: <c>registry.example.org/adapters</c>.</param>
    /// <param name="options">How to speak to it.</param>
    /// <param name="time">Times retries; the system's clock if null.</param>
    /// <exception cref="ArtifactException">The prefix names no registry.</exception>
    public static IArtifactStore InRegistry(string prefix, RegistryOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        // A name is needed for a reference; it only serves to check the prefix here.
        if (OciReference.Parse($"{prefix}/name", shown: prefix).Registry is null)
        {
            throw new ArtifactException($"'{prefix}' is a folder, not a place in a registry, such as registry.example.org/adapters.");
        }

        time ??= TimeProvider.System;
        return new RepositoryStore(name => Open(OciReference.Parse($"{prefix}/{name}"), options, time), options, time);
    }

    /// <summary>Unpacks what a reference names, wherever it is: see <see cref="IArtifactStore.PullAsync"/>.</summary>
    /// <exception cref="ArtifactException">It is not there, damaged, or not safe to unpack.</exception>
    public static Task<string> PullAsync(
        string reference, string targetFolder, RegistryOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var parsed = OciReference.Parse(reference);
        return ArtifactUnpacker.UnpackAsync(
            Open(parsed, options, TimeProvider.System), parsed, targetFolder, options.Transferred, cancellationToken);
    }

    private static IOciRepository Open(OciReference reference, RegistryOptions options, TimeProvider time)
    {
        return reference.Registry is null
            ? new OciLayout(reference.Repository)
            : new RegistryRepository(reference.Registry, reference.Repository, options, time);
    }

    private sealed class RepositoryStore(Func<string, IOciRepository> open, RegistryOptions options, TimeProvider time) : IArtifactStore
    {
        public Task CheckAsync(string name, CancellationToken cancellationToken = default)
        {
            return Repository(name).CheckPushAsync(cancellationToken);
        }

        public Task<PublishedArtifact> CopyAsync(
            string reference,
            RegistryOptions source,
            string workFolder,
            PublishRequest request,
            CancellationToken cancellationToken = default)
        {
            var parsed = OciReference.Parse(reference);
            return ArtifactCopier.CopyAsync(
                Open(parsed, source, time),
                parsed,
                workFolder,
                Repository(request.Name),
                request,
                new CopyMeters(source.Transferred, options.Transferred),
                cancellationToken);
        }

        public Task<PublishedArtifact> PublishAsync(string folder, PublishRequest request, CancellationToken cancellationToken = default)
        {
            return ArtifactPublisher.PublishAsync(Repository(request.Name), folder, request, options.Transferred, cancellationToken);
        }

        public Task<string> PullAsync(string reference, string targetFolder, CancellationToken cancellationToken = default)
        {
            return ArtifactStore.PullAsync(reference, targetFolder, options, cancellationToken);
        }

        public async Task<IReadOnlyList<PublishedArtifact>> ListVersionsAsync(string name, CancellationToken cancellationToken = default)
        {
            var repository = Repository(name);
            var versions = await ArtifactPublisher.VersionsAsync(repository, cancellationToken).ConfigureAwait(false);
            return [.. versions.Select(
                v => new PublishedArtifact(name, v.Version, v.Manifest.Digest, repository.Reference($"v{v.Version}")))];
        }

        private IOciRepository Repository(string name)
        {
            return OciReference.IsRepository(name)
                ? open(name)
                : throw new ArtifactException(
                    $"'{name}' cannot be an artifact's name: use lower-case letters, digits and . _ -, in parts separated by /.");
        }
    }
}
