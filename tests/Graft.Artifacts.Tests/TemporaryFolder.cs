namespace Graft.Artifacts.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder()
    {
        Path = Directory.CreateTempSubdirectory("graft-artifacts-").FullName;
    }

    public string Path { get; }

    public string At(string name)
    {
        return System.IO.Path.Combine(Path, name);
    }

    /// <summary>Makes a folder with these files and returns its path.</summary>
    public string Folder(string name, params (string File, string Content)[] files)
    {
        foreach (var (file, content) in files)
        {
            var path = System.IO.Path.Combine(Path, name, file);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        return At(name);
    }

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
    }
}

internal static class Requests
{
    public static PublishRequest Of(string name, string run = "run-1", string plan = "sha256:aa")
    {
        return new PublishRequest { Name = name, RunUid = run, PlanHash = plan };
    }
}

internal static class Folders
{
    /// <summary>The files below a folder with their contents, for comparison.</summary>
    public static SortedDictionary<string, string> Read(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            files[Path.GetRelativePath(folder, path)] = Convert.ToHexStringLower(File.ReadAllBytes(path));
        }

        return files;
    }
}
