using System.CommandLine;
using Graft.Api.Planning;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Graft.Cli.Training;
using Graft.Programs;
using Spectre.Console;

namespace Graft.Cli.Commands;

/// <summary><c>graft run FILE…</c>: the specs' runs on this computer, one after the other.</summary>
public static class RunCommand
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    public static Command Create(Terminal terminal, StopTokens stop)
    {
        var specs = new SpecArguments();
        var options = new LocalOptionSet();
        var rerun = new Option<bool>("--rerun") { Description = "Run again what has succeeded, and begin again what was stopped." };
        var command = new ExampleCommand(
            "run",
            "Run specs on this computer. A stopped run goes on when the command is repeated.",
            "graft run examples/quickstart/",
            "graft run examples/quickstart/ --only quickstart -d graft-out",
            "graft run run.yaml --volume models=/data/models --repository registry.example/adapters")
        {
            rerun,
        };
        specs.AddTo(command);
        options.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var set = await specs.LoadForRunningAsync(parsed, terminal, stop.Gently).ConfigureAwait(false);
            var planner = options.Planner(parsed, terminal);
            var isVerbose = parsed.GetValue(CommandProgram.Verbose);
            var runner = new LocalRunner(
                TrainerProgram.Find(AppContext.BaseDirectory, Environment.GetEnvironmentVariable(TrainerProgram.Variable)),
                name => terminal.IsInteractive && !isVerbose
                    ? new LiveRunView(terminal.Out, name, TimeProvider.System)
                    : new PlainRunView(terminal.Out, TimeProvider.System, PlainInterval),
                terminal.WriteErrorLine,
                part => terminal.Begin(part, TimeProvider.System),
                isVerbose ? terminal.WriteErrorLine : null,
                TimeProvider.System);
            foreach (var spec in LocalSpecs.Runs(set, options.Only(parsed)))
            {
                var run = await planner.PlanAsync(spec, stop.Gently).ConfigureAwait(false);
                terminal.Out.MarkupInterpolated($"[bold]{run.Name}[/]");
                terminal.WriteLine($"  plan {run.Hash}");
                var outcome = await runner.RunAsync(run, parsed.GetValue(rerun), stop).ConfigureAwait(false);
                if (Report(terminal, run, outcome) is var status && status != ExitCodes.Succeeded)
                {
                    return status;
                }
            }

            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static int Report(Terminal terminal, PlannedRun run, LocalOutcome outcome)
    {
        switch (outcome)
        {
            case { IsEndedAtOnce: true }:
                terminal.WriteErrorLine("Ended at once. The same command resumes from the last checkpoint.");
                return ExitCodes.Interrupted;
            case { ExitCode: TrainerExitCodes.TrainedNotPublished, Result: { } trained }:
                string[] missing = [$"not published yet: {trained.Message}", .. outcome.Missing];
                RunSummary.Write(terminal.Out, run, trained, outcome.Progress, missing, TryCommand.For(run));
                terminal.WriteErrorLine($"graft: {run.Name} is trained and not published; `graft run` again or `graft sync` publishes it.");
                return ExitCodes.Outstanding;
            case { Failure: { } failure }:
                WriteFailure(terminal, run, outcome, failure);
                return ExitCodes.Failed;
            case { ExitCode: TrainerExitCodes.Interrupted }:
                terminal.WriteErrorLine($"{outcome.Result?.Message} The same command resumes from there.");
                return ExitCodes.Interrupted;
            case { Result: { } result }:
                if (outcome.WasDone)
                {
                    terminal.WriteLine("This very plan has succeeded already; --rerun repeats it.");
                }

                RunSummary.Write(terminal.Out, run, result, outcome.Progress, outcome.Missing, TryCommand.For(run));
                return ExitCodes.Succeeded;
            default:
                WriteFailure(terminal, run, outcome, "The trainer ended without a result.");
                return ExitCodes.Failed;
        }
    }

    private static void WriteFailure(Terminal terminal, PlannedRun run, LocalOutcome outcome, string failure)
    {
        // A trainer that knows what went wrong has said so in its result; of one that died the last lines it printed are all there is.
        if (outcome.Result is null)
        {
            foreach (var line in outcome.LastLines)
            {
                terminal.WriteErrorLine("  " + line);
            }
        }

        terminal.WriteErrorLine($"graft: {run.Name} failed: {failure}");
        terminal.WriteErrorLine($"The trainer's whole log is {run.Folder.LogFile}");
    }
}
