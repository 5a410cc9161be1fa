namespace Graft.Cluster.Tests;

/// <summary>Graft's own programs, as built in this checkout.</summary>
public static class Programs
{
    /// <summary>A program's path.</summary>
    /// <param name="project">The project that builds it.</param>
    /// <param name="name">The program's name.</param>
    public static string Built(string project, string name)
    {
        // The tests lie in artifacts/bin/Graft.Cluster.Tests/CONFIGURATION.
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Shell.Repository, "artifacts", "bin", project, configuration, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{name} is not built; run `make build`", path);
    }
}

/// <summary>A folder for a test, deleted after it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("graft-files-").FullName;

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
    }
}
