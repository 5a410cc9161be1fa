using System.CommandLine;
using Graft.Api.Planning;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Graft.Programs;

namespace Graft.Cli.Commands;

/// <summary><c>graft plan FILE…</c>: everything that a run would do, resolved, as one JSON document a run.</summary>
public static class PlanCommand
{
    public static Command Create(Terminal terminal)
    {
        var specs = new SpecArguments();
        var options = new LocalOptionSet();
        var hash = new Option<bool>("--hash") { Description = "Print each plan's hash and the run's name, not the plan." };
        var command = new ExampleCommand(
            "plan",
            "Print the run plan that a trainer would read.",
            "graft plan examples/quickstart/",
            "graft plan examples/quickstart/ --hash")
        {
            hash,
        };
        specs.AddTo(command);
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var set = await specs.LoadForRunningAsync(parsed, terminal, cancellationToken).ConfigureAwait(false);
            var planner = options.Planner(parsed, terminal);
            foreach (var spec in LocalSpecs.Runs(set, options.Only(parsed)))
            {
                var run = await planner.PlanAsync(spec, cancellationToken).ConfigureAwait(false);
                terminal.WriteLine(parsed.GetValue(hash) ? $"{run.Hash}  {run.Name}" : PlanJson.Write(run.Plan));
            }

            return ExitCodes.Succeeded;
        });
        return command;
    }
}
