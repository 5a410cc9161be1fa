using Graft.Artifacts.Oci;

namespace Graft.Artifacts;

/// <summary>A kind of folder that is published.</summary>
/// <param name="Name">What people call it: <c>adapter</c>.</param>
/// <param name="ConfigurationFile">The file that such folders have.</param>
/// <param name="ArtifactType">What registries call it.</param>
/// <param name="Verify">Checks that the files are whole and agree with each other; throws an <see cref="ArtifactException"/>.</param>
public sealed record FolderKind(string Name, string ConfigurationFile, string ArtifactType, Action<string> Verify);

/// <summary>The kinds of folders that are published, the most telling file first. A new one is a line in the list.</summary>
public static class FolderKinds
{
    /// <summary>All kinds.</summary>
    public static IReadOnlyList<FolderKind> All { get; } =
    [
        new("adapter", AdapterFolder.ConfigurationFile, MediaTypes.AdapterArtifact, AdapterFolder.Verify),
        new("projector", ProjectorFolder.ConfigurationFile, MediaTypes.ProjectorArtifact, ProjectorFolder.Verify),
        new("model", "config.json", MediaTypes.ModelArtifact, _ => { }),
    ];

    /// <summary>What a folder is; null for one of other files.</summary>
    public static FolderKind? Of(string folder)
    {
        return All.FirstOrDefault(kind => File.Exists(Path.Combine(folder, kind.ConfigurationFile)));
    }

    /// <summary>The artifact type of a folder.</summary>
    internal static string TypeOf(string folder)
    {
        return Of(folder)?.ArtifactType ?? MediaTypes.FilesArtifact;
    }
}
