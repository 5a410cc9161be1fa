using System.CommandLine;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Graft.Cli.Training;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary><c>graft sync [FOLDER]</c>: what runs on this computer still owe to MLflow and to registries.</summary>
public static class SyncCommand
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    public static Command Create(Terminal terminal, StopTokens stop)
    {
        var folder = new Argument<string>("FOLDER")
        {
            Description = "The output folder of `graft run`.",
            DefaultValueFactory = _ => "graft-out",
        };
        var command = new ExampleCommand(
            "sync",
            "Deliver what local runs still owe: records that MLflow has not taken, adapters that are trained and not published.",
            "graft sync",
            "graft sync graft-out")
        {
            folder,
        };
        command.SetAction(async (parsed, _) =>
        {
            var runner = new LocalRunner(
                TrainerProgram.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(TrainerProgram.Variable)),
                _ => new PlainRunView(terminal.Error, TimeProvider.System, PlainInterval),
                terminal.WriteErrorLine,
                part => terminal.Begin(part, TimeProvider.System),
                echoLog: null,
                TimeProvider.System);
            var sync = new LocalSync(runner, terminal.WriteErrorLine, TimeProvider.System);
            var status = ExitCodes.Succeeded;
            foreach (var run in LocalSync.Runs(Path.GetFullPath(parsed.GetRequiredValue(folder))))
            {
                var synced = await sync.DeliverAsync(run, stop).ConfigureAwait(false);
                stop.Gently.ThrowIfCancellationRequested();
                terminal.WriteLine($"{Path.GetFileName(run)}: {synced.Text}");
                status = synced.IsOutstanding ? ExitCodes.Outstanding : status;
            }

            return status;
        });
        return command;
    }
}
