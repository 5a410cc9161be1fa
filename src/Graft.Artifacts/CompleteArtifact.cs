using Graft.Artifacts.Oci;

namespace Graft.Artifacts;

/// <summary>An artifact that needs nothing but a version: its manifest and everything that the manifest points to.</summary>
/// <param name="Manifest">The manifest as it is stored.</param>
/// <param name="Layer">Its one layer.</param>
/// <param name="Blobs">The layer and the configuration.</param>
internal sealed record CompleteArtifact(StoredManifest Manifest, Descriptor Layer, IReadOnlyList<StoredBlob> Blobs);

/// <summary>A blob and where to read it.</summary>
/// <param name="Descriptor">Its digest and size.</param>
/// <param name="Open">Opens its bytes, as often as asked, at their beginning.</param>
internal sealed record StoredBlob(Descriptor Descriptor, Func<Stream> Open);
