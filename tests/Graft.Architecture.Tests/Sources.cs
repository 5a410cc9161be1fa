using Graft.Tests;

namespace Graft.Architecture.Tests;

/// <summary>The C# files that people write.</summary>
internal static class Sources
{
    /// <summary>Their paths from the repository's root.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. new[] { "src", "tests", "bench", "eng" }
            .SelectMany(top => Directory.EnumerateFiles(Path.Combine(Repository.Root, top), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)];

    public static string[] Lines(string file)
    {
        return File.ReadAllLines(Path.Combine(Repository.Root, file));
    }
}
