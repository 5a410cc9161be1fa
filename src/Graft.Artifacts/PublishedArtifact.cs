namespace Graft.Artifacts;

/// <summary>One version of an artifact.</summary>
/// <param name="Name">The artifact's name in its store.</param>
/// <param name="Version">1, 2, …</param>
/// <param name="Digest">Digest of the manifest, <c>sha256:…</c>: the artifact's identity everywhere.</param>
/// <param name="Reference">How to pull it: <c>REGISTRY/REPOSITORY:vN</c>, or <c>oci:FOLDER:vN</c> for a layout folder.</param>
public sealed record PublishedArtifact(string Name, int Version, string Digest, string Reference);
