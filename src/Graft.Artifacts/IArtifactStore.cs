using Graft.Artifacts.Registry;

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
    /// Gives an artifact that is published elsewhere its next version of a name here: the same manifest and the same bytes by digest, or,
    /// where <see cref="PublishRequest.Root"/> asks for another layout, the same files packed anew. As safe to repeat as publishing.
    /// </summary>
    /// <param name="reference">Where it is, by digest.</param>
    /// <param name="source">How to speak to its registry; its credentials go there alone.</param>
    /// <param name="workFolder">Holds what was fetched, so that a repetition need not fetch it again. The caller deletes it.</param>
    /// <param name="request">The name here, and whose artifact it is.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    /// <exception cref="ArtifactException">One of the two cannot be reached or refuses, or what is there is damaged.</exception>
    Task<PublishedArtifact> CopyAsync(
        string reference, RegistryOptions source, string workFolder, PublishRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks, without leaving anything behind, whether artifacts of this name can be published here: before the hours of work that they
    /// take.
    /// </summary>
    /// <exception cref="ArtifactException">They cannot; the message says where, why, and what to do.</exception>
    Task CheckAsync(string name, CancellationToken cancellationToken = default);

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
