using System.Diagnostics;
using Xunit;

namespace Graft.Artifacts.Tests;

/// <summary>
/// The ORAS project's own client. Found by <c>GRAFT_TOOLS_DIR</c>, else as <c>shared/tools</c> beside the checkout or above it.
/// </summary>
internal static class Oras
{
    /// <summary>Runs it in a folder; skips the test where there is none.</summary>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var program = Find();
        if (program is null)
        {
            Assert.Skip("Needs oras: set GRAFT_TOOLS_DIR to a folder with it (https://oras.land).");
        }

        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"oras {string.Join(' ', arguments)}: {await errors}{await output}");
        return await output;
    }

    private static string? Find()
    {
        var places = new List<string?> { Environment.GetEnvironmentVariable("GRAFT_TOOLS_DIR") };
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            places.Add(Path.Combine(folder.FullName, "shared", "tools"));
        }

        return places.OfType<string>().Select(place => Path.Combine(place, "oras")).FirstOrDefault(File.Exists);
    }
}
