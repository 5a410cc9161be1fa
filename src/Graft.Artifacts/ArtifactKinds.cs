using Graft.Artifacts.Oci;

namespace Graft.Artifacts;

/// <summary>What a folder is, by the file that such folders have, and what registries call it.</summary>
internal static class ArtifactKinds
{
    /// <summary>The most telling file first; a new kind is one line.</summary>
    private static readonly IReadOnlyList<(string File, string ArtifactType)> All =
    [
        (AdapterFolder.ConfigurationFile, MediaTypes.AdapterArtifact),
        (ProjectorFolder.ConfigurationFile, MediaTypes.ProjectorArtifact),
        ("config.json", MediaTypes.ModelArtifact),
    ];

    /// <summary>The artifact type of a folder: an adapter, a projector, a whole model, or other files.</summary>
    public static string TypeOf(string folder)
    {
        return All.Where(kind => File.Exists(Path.Combine(folder, kind.File))).Select(kind => kind.ArtifactType)
            .FirstOrDefault(MediaTypes.FilesArtifact);
    }
}
