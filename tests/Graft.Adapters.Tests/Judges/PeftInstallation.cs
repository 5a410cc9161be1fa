using System.Diagnostics;
using Graft.Tests;
using Xunit;

namespace Graft.Adapters.Tests.Judges;

/// <summary>
/// A Python with Hugging Face PEFT for tests: a folder with <c>python.sh SCRIPT ARGUMENTS…</c>. Found by <c>GRAFT_PEERS_DIR</c>, else as
/// <c>shared/peers</c> beside the checkout or above it; nothing is installed for a test.
/// </summary>
internal static class PeftInstallation
{
    private static readonly string? Python = Find();

    /// <summary>Runs a script that lies beside this file.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string script, IEnumerable<string> arguments)
    {
        Assert.SkipWhen(
            Python is null, "Needs Hugging Face PEFT: set GRAFT_PEERS_DIR to a folder whose python.sh runs a script with it.");
        var path = Path.Combine(Repository.Root, "tests", "Graft.Adapters.Tests", "Judges", script);
        var start = new ProcessStartInfo(Python!, [path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {await errors}");
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("GRAFT_PEERS_DIR") is { Length: > 0 } named)
        {
            return Path.Combine(named, "python.sh");
        }

        // What python.sh sets up by itself takes minutes: only one that is there is used.
        if (!File.Exists("/var/cache/graft-peers/ready") || Environment.UserName != "root")
        {
            return null;
        }

        var places = new List<string>();
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            places.Add(Path.Combine(folder.FullName, "shared", "peers", "python.sh"));
        }

        return places.FirstOrDefault(File.Exists);
    }
}
