using System.CommandLine;
using Graft.Artifacts;
using Graft.Cli.Commands;
using Graft.Cli.Display;

namespace Graft.Cli;

/// <summary>The commands of <c>graft</c>, and how errors and Ctrl-C leave it.</summary>
public static class CommandLine
{
    /// <summary>Carries out a command line.</summary>
    /// <returns>The exit status; see <see cref="ExitCodes"/>.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        var parsed = Create(terminal).Parse(arguments);
        try
        {
            // The signals are ours: the library's handler ends the process when a second one comes.
            using var signals = new StopSignals();
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            var status = await parsed.InvokeAsync(configuration, signals.Token).ConfigureAwait(false);
            return parsed.Errors.Count > 0 ? ExitCodes.WrongUse : status;
        }
        catch (Exception error) when (error is CliException or ArtifactException or IOException or UnauthorizedAccessException)
        {
            terminal.WriteErrorLine($"graft: {error.Message}");
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static RootCommand Create(Terminal terminal)
    {
        return new RootCommand("Train adapters on frozen models, on this computer and in a cluster.")
        {
            RunCommand.Create(terminal),
            ValidateCommand.Create(terminal),
            PlanCommand.Create(terminal),
            ExplainCommand.Create(terminal),
            GenerateCommand.Create(),
            InspectCommand.Create(terminal),
            LogsCommand.Create(terminal),
            PlotCommand.Create(terminal),
            PullCommand.Create(terminal),
            PushCommand.Create(terminal),
            ImageCommand.Create(terminal),
        };
    }
}
