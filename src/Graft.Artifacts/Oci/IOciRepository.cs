namespace Graft.Artifacts.Oci;

/// <summary>One repository of blobs, manifests and tags: of a registry, or a layout folder.</summary>
internal interface IOciRepository
{
    /// <summary>The reference by which others find what the tag names.</summary>
    string Reference(string tag);

    /// <summary>Asks, without leaving anything behind, whether blobs can be stored here.</summary>
    /// <exception cref="ArtifactException">They cannot; the message says why.</exception>
    Task CheckPushAsync(CancellationToken cancellationToken);

    /// <summary>The manifest or index by tag or digest, or null where there is none. By digest its content is verified.</summary>
    Task<StoredManifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken);

    /// <summary>Opens a blob. The reader verifies it (<see cref="VerifyingStream"/>).</summary>
    /// <exception cref="ArtifactException">It is not there.</exception>
    Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Stores a blob unless it is there.</summary>
    /// <param name="blob">Its digest and size.</param>
    /// <param name="open">Opens its bytes, as often as asked.</param>
    /// <param name="sent">Told how many of them are through; fewer than before where some must be sent again.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    Task PushBlobAsync(Descriptor blob, Func<Stream> open, Action<long> sent, CancellationToken cancellationToken);

    /// <summary>Stores a manifest under its digest, without a tag.</summary>
    Task PushManifestAsync(StoredManifest manifest, CancellationToken cancellationToken);

    /// <summary>Gives the stored manifest a tag that nobody has; false where another manifest has it.</summary>
    Task<bool> TryTagAsync(string tag, StoredManifest manifest, CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellationToken);
}
