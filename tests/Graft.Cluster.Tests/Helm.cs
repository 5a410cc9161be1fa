using Xunit;

namespace Graft.Cluster.Tests;

/// <summary>Helm, as found or fetched by eng/helm.sh.</summary>
public static class Helm
{
    private static readonly Lazy<Task<ShellResult>> Found = new(() => Shell.RunAsync("eng/helm.sh"));

    /// <summary>The chart's folder.</summary>
    public static string Chart { get; } = Path.Combine(Shell.Repository, "charts", "graft");

    /// <summary>The program's path; the test is skipped where there is none.</summary>
    public static async Task<string> PathAsync()
    {
        var found = await Found.Value;
        Assert.SkipWhen(found.ExitCode == 77, found.Output.Trim());
        return found.Succeeded().Trim();
    }

    /// <summary>Runs helm without a cluster.</summary>
    public static async Task<ShellResult> RunAsync(params string[] arguments)
    {
        return await Shell.RunAsync(await PathAsync(), arguments);
    }
}
