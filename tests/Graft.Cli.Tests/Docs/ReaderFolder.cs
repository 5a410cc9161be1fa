using System.Diagnostics;
using System.Runtime.Versioning;
using Graft.Artifacts.Tests;
using Graft.Tests;
using Xunit;

namespace Graft.Cli.Tests.Docs;

/// <summary>
/// What somebody has who reads the documentation after `make build`: the checkout, with <c>bin</c> on the path, and a finished
/// quickstart, here of a few steps.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class ReaderFolder : IAsyncLifetime
{
    private const string Quickstart = "examples/quickstart/quickstart.yaml";
    private readonly TemporaryFolder _folder = new();
    private RegistryServer? _registry;

    /// <summary>What running the quickstart left; null where there is no trainer.</summary>
    internal ProgramResult? Trained { get; private set; }

    public async ValueTask InitializeAsync()
    {
        foreach (var entry in Directory.GetFileSystemEntries(Repository.Root))
        {
            if (Path.GetFileName(entry) is var name and not ("bin" or "examples" or "graft-out" or ".git"))
            {
                File.CreateSymbolicLink(Path.Combine(_folder.Path, name), entry);
            }
        }

        Directory.CreateDirectory(Path.Combine(_folder.Path, "bin"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "bin", "graft"), GraftProgram.File);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "examples"));
        foreach (var example in Directory.GetDirectories(Path.Combine(Repository.Root, "examples")))
        {
            if (Path.GetFileName(example) is var name and not "quickstart")
            {
                File.CreateSymbolicLink(Path.Combine(_folder.Path, "examples", name), example);
            }
        }

        var spec = await File.ReadAllTextAsync(Path.Combine(Repository.Root, Quickstart));
        var mistaken = Replace(spec, "rank: 16", "rnk: 16");
        _folder.Write("run.yaml", mistaken);
        _folder.Write(Quickstart, Replace(
            Replace(spec, "epochs: \"3\"", "maxSteps: 2"), "generateRecords: 200", "generateRecords: 2\n    maxRecords: 8"));
        if (GraftProgram.Trainer is not null)
        {
            Trained = await RunAsync("graft run examples/quickstart/");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Runs a command in a shell, as it is printed, with a real registry in place of the documentation's.</summary>
    internal async Task<ProgramResult> RunAsync(string command)
    {
        if (command.Contains(DocumentedCommands.Registry, StringComparison.Ordinal))
        {
            _registry ??= await RegistryServer.StartAsync();
            command = command.Replace(DocumentedCommands.Registry, _registry.Host, StringComparison.Ordinal);
        }

        var start = new ProcessStartInfo("bash", ["-c", command])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = Path.Combine(_folder.Path, "bin") + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(_folder.Path, ".cache");
        start.Environment.Remove("MLFLOW_TRACKING_URI");
        start.Environment.Remove("GRAFT_BUILTIN_DIR");
        start.Environment.Remove("MAKEFLAGS");
        using var process = Process.Start(start)!;
        return await GraftProgram.FinishAsync(process);
    }

    private static string Replace(string text, string old, string @new)
    {
        return text.Contains(old, StringComparison.Ordinal)
            ? text.Replace(old, @new, StringComparison.Ordinal)
            : throw new InvalidOperationException($"{Quickstart} has no '{old}'.");
    }
}
