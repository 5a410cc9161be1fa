using System.Diagnostics;
using Xunit;

namespace Graft.Tracking.Tests;

/// <summary>
/// A real MLflow for tests: a folder with <c>server.sh</c>, which installs, starts and stops one. Found by
/// <c>GRAFT_MLFLOW_DIR</c>, else as <c>shared/mlflow</c> beside the checkout or above it.
/// </summary>
internal static class MlflowInstallation
{
    private static readonly string? Script = Find();

    public static bool IsThere => Script is not null;

    /// <summary>Skips the test where there is no MLflow.</summary>
    public static void Require()
    {
        if (Script is null)
        {
            Assert.Skip(
                "Needs a real MLflow: set GRAFT_MLFLOW_DIR to a folder whose server.sh starts one (start|stop|pause|resume|python).");
        }
    }

    /// <summary>Runs <c>server.sh</c> and returns what it printed.</summary>
    public static async Task<string> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Script!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{Script} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
    }

    private static string? Find()
    {
        var places = new List<string?> { Environment.GetEnvironmentVariable("GRAFT_MLFLOW_DIR") };
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            places.Add(Path.Combine(folder.FullName, "shared", "mlflow"));
        }

        return places.OfType<string>().Select(place => Path.Combine(place, "server.sh")).FirstOrDefault(File.Exists);
    }
}
