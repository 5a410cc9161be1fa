using Graft.Artifacts;
using Graft.Artifacts.Oci;

namespace Graft.Cli;

/// <summary>Opens the store that a reference is in.</summary>
public static class Stores
{
    /// <param name="reference">Where an artifact is: in a registry, or in a layout folder.</param>
    /// <param name="plainHttp">Speak HTTP without TLS to the registry.</param>
    public static IArtifactStore Open(OciReference reference, bool plainHttp)
    {
        return ArtifactStore.InFolder(Path.GetDirectoryName(Path.GetFullPath(reference.Repository))!);
    }
}
