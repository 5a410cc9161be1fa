namespace Graft.Tracking;

/// <summary>The files behind a path that was given as an artifact.</summary>
internal static class ArtifactFiles
{
    /// <summary>Each file with its path within the run's artifacts (forward slashes), sorted.</summary>
    /// <exception cref="FileNotFoundException">There is neither a file nor a folder.</exception>
    public static IReadOnlyList<(string Source, string Target)> List(string localPath, string? artifactPath)
    {
        var prefix = string.IsNullOrEmpty(artifactPath) ? "" : MlflowNames.Key(artifactPath) + "/";
        if (File.Exists(localPath))
        {
            return [(localPath, prefix + Path.GetFileName(localPath))];
        }

        if (!Directory.Exists(localPath))
        {
            throw new FileNotFoundException($"'{localPath}' is neither a file nor a folder.", localPath);
        }

        return
        [
            .. Directory.EnumerateFiles(localPath, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => (path, prefix + Path.GetRelativePath(localPath, path).Replace('\\', '/'))),
        ];
    }
}
