using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Graft.Cli.Training;

/// <summary>How a trainer ended.</summary>
/// <param name="ExitCode">Its exit status; 128 and the signal's number where a signal ended it.</param>
/// <param name="LastLines">The last lines of its standard error.</param>
public sealed record TrainerExit(int ExitCode, IReadOnlyList<string> LastLines);

/// <summary>
/// Runs a trainer as a child process and reads what it says. The child's standard input is held open and never written to: when this
/// process ends, however it ends, the child reads its end and stops as at SIGTERM.
/// </summary>
public static partial class TrainerProcess
{
    private const string EndWithInput = "--end-with-input";
    private const int KeptLines = 20;
    private const int SigTerm = 15;

    /// <summary>Starts the program and waits for its end.</summary>
    /// <param name="program">The executable.</param>
    /// <param name="command">Its command.</param>
    /// <param name="arguments">The command's arguments.</param>
    /// <param name="onOutput">Called with each line of standard output.</param>
    /// <param name="onError">Called with each line of standard error, from another thread.</param>
    /// <param name="stop">Asks the trainer to stop: by SIGTERM, upon which it saves a checkpoint; at once by SIGKILL.</param>
    public static async Task<TrainerExit> RunAsync(
        string program,
        string command,
        IReadOnlyList<string> arguments,
        Action<string> onOutput,
        Action<string> onError,
        StopTokens stop)
    {
        using var process = Create(program, command, arguments);
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;
        Start(process);

        var tail = new Queue<string>();
        await using var gently = stop.Gently.Register(() => Terminate(process));
        await using var atOnce = stop.AtOnce.Register(() => End(process));
        var errors = ReadLinesAsync(process.StandardError, line =>
        {
            tail.Enqueue(line);
            while (tail.Count > KeptLines)
            {
                tail.Dequeue();
            }

            onError(line);
        });
        await ReadLinesAsync(process.StandardOutput, onOutput).ConfigureAwait(false);
        await errors.ConfigureAwait(false);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return new TrainerExit(process.ExitCode, [.. tail]);
    }

    /// <summary>Starts the program on this program's own output and waits for its end.</summary>
    /// <returns>Its exit status.</returns>
    public static async Task<int> RunAttachedAsync(
        string program, string command, IReadOnlyList<string> arguments, StopTokens stop)
    {
        using var process = Create(program, command, arguments);
        Start(process);
        await using var gently = stop.Gently.Register(() => Terminate(process));
        await using var atOnce = stop.AtOnce.Register(() => End(process));
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return process.ExitCode;
    }

    private static Process Create(string program, string command, IReadOnlyList<string> arguments) => new()
    {
        StartInfo = new ProcessStartInfo(program, [command, .. arguments, EndWithInput])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        },
    };

    private static void Start(Process process)
    {
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new CliException($"{process.StartInfo.FileName} cannot be started: {error.Message}", error);
        }
    }

    private static async Task ReadLinesAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            onLine(line);
        }
    }

    private static void Terminate(Process process)
    {
        if (!process.HasExited)
        {
            // Process.Kill would be SIGKILL, which leaves no time for a checkpoint. That the process may be gone by now is fine.
            _ = Kill(process.Id, SigTerm);
        }
    }

    private static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
