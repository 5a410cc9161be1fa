using Graft.Artifacts.Oci;

namespace Graft.Artifacts;

/// <summary>Opens artifact stores.</summary>
public static class ArtifactStore
{
    /// <summary>A store on disk: one OCI layout folder for each name.</summary>
    /// <param name="folder">Folder of the layout folders.</param>
    public static IArtifactStore InFolder(string folder)
    {
        return new RepositoryStore(name => new OciLayout(Path.Combine(folder, name)), reference => new OciLayout(LayoutFolder(reference)));
    }

    private static string LayoutFolder(OciReference reference)
    {
        return reference.Registry is null
            ? reference.Repository
            : throw new ArtifactException($"'{reference}' is in a registry; this store is a folder and reads 'oci:FOLDER:TAG'.");
    }

    private sealed class RepositoryStore(Func<string, IOciRepository> byName, Func<OciReference, IOciRepository> byReference) : IArtifactStore
    {
        public Task<PublishedArtifact> PublishAsync(string folder, PublishRequest request, CancellationToken cancellationToken = default)
        {
            return ArtifactPublisher.PublishAsync(Repository(request.Name), folder, request, cancellationToken);
        }

        public Task<string> PullAsync(string reference, string targetFolder, CancellationToken cancellationToken = default)
        {
            var parsed = OciReference.Parse(reference);
            return ArtifactUnpacker.UnpackAsync(byReference(parsed), parsed, targetFolder, cancellationToken);
        }

        public async Task<IReadOnlyList<PublishedArtifact>> ListVersionsAsync(string name, CancellationToken cancellationToken = default)
        {
            var repository = Repository(name);
            var versions = await ArtifactPublisher.VersionsAsync(repository, cancellationToken).ConfigureAwait(false);
            return [.. versions.Select(v => new PublishedArtifact(name, v.Version, v.Manifest.Digest, repository.Reference($"v{v.Version}")))];
        }

        private IOciRepository Repository(string name)
        {
            return OciReference.IsRepository(name)
                ? byName(name)
                : throw new ArtifactException($"'{name}' cannot be an artifact's name: use lower-case letters, digits and . _ -, in parts separated by /.");
        }
    }
}
