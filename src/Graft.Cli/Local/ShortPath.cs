namespace Graft.Cli.Local;

/// <summary>Paths as people write them.</summary>
public static class ShortPath
{
    /// <summary>The path from the current folder, or the whole path where that would climb out of it.</summary>
    public static string Of(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? Path.GetFullPath(path) : relative;
    }
}
