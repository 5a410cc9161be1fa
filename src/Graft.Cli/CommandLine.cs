using System.CommandLine;
using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Cli.Commands;
using Graft.Cli.Display;
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
        var program = new CommandProgram("graft", Create(terminal), ExitCodes.WrongUse, error => Explain(error, signals.Token));
        return await program.InvokeAsync(arguments, terminal.Error.Profile.Out.Writer, signals.Token).ConfigureAwait(false);
    }

    private static ExplainedFailure? Explain(Exception error, CancellationToken stop)
    {
        return error switch
        {
            OperationCanceledException when stop.IsCancellationRequested => new ExplainedFailure(ExitCodes.Interrupted, null),
            CliException or ArtifactException or PlanFormatException or IOException or UnauthorizedAccessException =>
                new ExplainedFailure(ExitCodes.Failed, $"graft: {error.Message}"),
            HttpRequestException or HttpOperationException or OperationCanceledException =>
                new ExplainedFailure(ExitCodes.Failed, $"graft: A server did not answer as it should: {error.Message}"),
            _ => null,
        };
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
