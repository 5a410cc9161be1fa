namespace Graft.Golden.Tests;

/// <summary>Where the cases are: GRAFT_GOLDEN, else tests/golden of this repository, found upwards from the test program.</summary>
internal static class GoldenFolder
{
    public static string Path { get; } = Locate();

    private static string Locate()
    {
        if (Environment.GetEnvironmentVariable("GRAFT_GOLDEN") is { Length: > 0 } given)
        {
            return Directory.Exists(given) ? given : throw new DirectoryNotFoundException($"GRAFT_GOLDEN = {given}: no such folder");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "tests", "golden");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"no tests/golden above {AppContext.BaseDirectory}; set GRAFT_GOLDEN");
    }
}
