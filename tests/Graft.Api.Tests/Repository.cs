using Graft.Api.Schema;

namespace Graft.Api.Tests;

/// <summary>The repository's files, found from where the tests were built.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static Descriptions Descriptions { get; } =
        Descriptions.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Graft.Api.xml")));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"No Operator.sln above {AppContext.BaseDirectory}.");
    }
}
