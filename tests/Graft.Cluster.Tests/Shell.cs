using System.Diagnostics;
using System.Text;

namespace Graft.Cluster.Tests;

/// <summary>What a finished program left: its exit code and what it wrote.</summary>
public sealed record ShellResult(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>The output of a program that succeeded.</summary>
    /// <exception cref="InvalidOperationException">It did not; the message has all that it wrote.</exception>
    public string Succeeded()
    {
        return ExitCode == 0 ? Output : throw new InvalidOperationException($"{CommandLine}\nended with {ExitCode}\n{Output}{Error}");
    }
}

/// <summary>Runs programs to their end.</summary>
public static class Shell
{
    /// <summary>The root of the checkout: the nearest folder above the test program that holds the solution.</summary>
    public static string Repository { get; } = Graft.Tests.Repository.Root;

    /// <summary>Runs a program, by default in the checkout's root, to which its path is relative where it has one.</summary>
    public static Task<ShellResult> RunAsync(string program, params string[] arguments)
    {
        return RunAsync(new ShellCommand(program, arguments));
    }

    /// <summary>Runs a program; when canceled, kills it and returns what it left.</summary>
    public static async Task<ShellResult> RunAsync(ShellCommand command, CancellationToken cancellationToken = default)
    {
        var program = command.Program.Contains('/', StringComparison.Ordinal) ? Path.Combine(Repository, command.Program) : command.Program;
        var start = new ProcessStartInfo(program, command.Arguments)
        {
            WorkingDirectory = command.Folder ?? Repository,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in command.Environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = new Process { StartInfo = start };
        StringBuilder output = new(), error = new();
        process.OutputDataReceived += (_, line) => Take(line.Data, command.OnLine ?? (text => Append(output, text)));
        process.ErrorDataReceived += (_, line) => Take(line.Data, text => Append(error, text));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (command.Input is not null)
        {
            await process.StandardInput.WriteAsync(command.Input);
        }

        process.StandardInput.Close();
        await using var stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        await process.WaitForExitAsync(CancellationToken.None);
        return new ShellResult(
            $"{command.Program} {string.Join(' ', command.Arguments)}", process.ExitCode, output.ToString(), error.ToString());
    }

    private static void Append(StringBuilder text, string line)
    {
        text.Append(line).Append('\n');
    }

    private static void Take(string? line, Action<string> use)
    {
        // The end of the stream comes as null.
        if (line is not null)
        {
            use(line);
        }
    }
}

/// <summary>A program to run, with what it reads and where.</summary>
public sealed record ShellCommand(string Program, params string[] Arguments)
{
    public string? Input { get; init; }

    public string? Folder { get; init; }

    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Takes each line of output as it comes; the result then has none.</summary>
    public Action<string>? OnLine { get; init; }
}
