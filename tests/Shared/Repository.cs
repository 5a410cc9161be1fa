namespace Graft.Tests;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder)
    {
        return File.Exists(Path.Combine(folder, "Directory.Packages.props"))
            ? folder
            : Find(
                Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No folder above holds Directory.Packages.props."));
    }
}
