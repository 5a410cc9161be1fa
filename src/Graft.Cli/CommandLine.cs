using System.CommandLine;
using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Cli.Commands;
using Graft.Cli.Display;
using Graft.Common;
using Graft.Programs;
using k8s.Autorest;

namespace Graft.Cli;

/// <summary>The commands of <c>graft</c>, and how errors and Ctrl-C leave it.</summary>
public static class CommandLine
{
    /// <summary>Carries out a command line.</summary>
    /// <returns>The exit status; see <see cref="ExitCodes"/>.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        using var signals = new StopSignals();
        var stop = signals.Tokens;
        var program = new CommandProgram("graft", Create(terminal, stop), ExitCodes.WrongUse, error => Explain(error, stop.Gently));
        return await program.InvokeAsync(arguments, terminal.ErrorWriter, stop.Gently).ConfigureAwait(false);
    }

    private static ExplainedFailure? Explain(Exception error, CancellationToken stop)
    {
        return error switch
        {
            OperationCanceledException when stop.IsCancellationRequested => new ExplainedFailure(ExitCodes.Interrupted, null),
            CliException or ArtifactException or PlanFormatException =>
                new ExplainedFailure(ExitCodes.Failed, $"graft: {error.Message}"),
            _ when FileFaults.Is(error) && error is not NotSupportedException =>
                new ExplainedFailure(ExitCodes.Failed, $"graft: {error.Message}"),
            HttpRequestException or HttpOperationException or OperationCanceledException =>
                new ExplainedFailure(ExitCodes.Failed, $"graft: A server did not answer as it should: {error.Message}"),
            _ => null,
        };
    }

    /// <summary>All commands.</summary>
    public static RootCommand Create(Terminal terminal, StopTokens stop)
    {
        return new RootCommand("Train adapters on frozen models, on this computer and in a cluster.")
        {
            RunCommand.Create(terminal, stop),
            SyncCommand.Create(terminal, stop),
            ValidateCommand.Create(terminal),
            PlanCommand.Create(terminal),
            ExplainCommand.Create(terminal),
            GenerateCommand.Create(terminal, stop),
            InspectCommand.Create(terminal),
            LogsCommand.Create(terminal),
            PlotCommand.Create(terminal),
            PullCommand.Create(terminal),
            PushCommand.Create(terminal),
            ImageCommand.Create(terminal),
        };
    }
}
