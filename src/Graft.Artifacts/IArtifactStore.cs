namespace Graft.Artifacts;

/// <summary>
/// Holds artifacts under names, each with versions that only grow: <c>v1</c>, <c>v2</c>, … An artifact is a folder; what is
/// stored is an OCI image that <c>oras pull</c>, image volumes and this class read.
/// </summary>
public interface IArtifactStore
{
    /// <summary>
    /// Stores the folder as the next version of its name. Where the same content, or the result of the same run and plan, is
    /// a version already, that version is returned and nothing is stored: publishing again after a crash is safe.
    /// </summary>
    /// <exception cref="ArtifactException">The store cannot be reached or refuses; the message says what to do.</exception>
    Task<PublishedArtifact> PublishAsync(string folder, PublishRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Unpacks an artifact into a folder that is new or empty. Every byte is checked against its digest; on an error the
    /// folder is not there.
    /// </summary>
    /// <param name="reference">A <see cref="PublishedArtifact.Reference"/>, with a tag, a digest or neither (the newest version).</param>
    /// <param name="targetFolder">Where the files go.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    /// <returns>The digest of the manifest that was unpacked.</returns>
    /// <exception cref="ArtifactException">It is not there, damaged, or not safe to unpack.</exception>
    Task<string> PullAsync(string reference, string targetFolder, CancellationToken cancellationToken = default);

    /// <summary>The versions of a name, oldest first; none where the name is unknown.</summary>
    Task<IReadOnlyList<PublishedArtifact>> ListVersionsAsync(string name, CancellationToken cancellationToken = default);
}
