using System.Diagnostics;
using Xunit;

namespace Graft.Cli.Tests;

/// <summary>What a finished program left.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors);

/// <summary>The real <c>graft</c>, as it was built, run as a person runs it: in a folder, with pipes for output.</summary>
internal static class GraftProgram
{
    public static string File { get; } = Built("Graft.Cli", "graft");

    /// <summary>The trainer of the same build; null where it has not been built.</summary>
    public static string? Trainer { get; } = Built("Graft.Trainer", "graft-trainer") is var file && System.IO.File.Exists(file)
        ? file
        : null;

    public static Process Start(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(File, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Remove("MLFLOW_TRACKING_URI");
        start.Environment.Remove("GRAFT_BUILTIN_DIR");
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder, ".cache");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static async Task<ProgramResult> FinishAsync(Process process)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new ProgramResult(process.ExitCode, await output, await errors);
    }

    /// <summary>A program of the same build: the projects' output folders lie beside each other.</summary>
    private static string Built(string project, string program)
    {
        return Path.Combine(AppContext.BaseDirectory.Replace("Graft.Cli.Tests", project, StringComparison.Ordinal), program);
    }

    public static async Task<ProgramResult> RunAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, null, arguments);
        return await FinishAsync(process);
    }
}
