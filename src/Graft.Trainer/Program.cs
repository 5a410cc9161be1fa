using System.CommandLine;
using Graft.Api.Planning;
using Graft.Common;
using Graft.Programs;
using Graft.Trainer.Commands;
using Graft.Trainer.Failures;

// Records and models may hold what a terminal or a log's reader would obey. What a program reads from standard output stays as it is.
Console.SetError(new VisibleWriter(Console.Error));
if (!Console.IsOutputRedirected)
{
    Console.SetOut(new VisibleWriter(Console.Out));
}

var root = new RootCommand("Trains what a run plan says. People use `graft`, which writes plans and starts this program.")
{
    RunCommand.Create(),
    InspectCommand.Create(),
    GenerateCommand.Create(),
    DeliverCommand.Create(),
};
var program = new CommandProgram(
    "graft-trainer",
    root,
    TrainerExitCodes.BadPlan,
    error => TrainerFailure.From(error) is { IsExplained: true } failure ? new ExplainedFailure(failure.ExitCode, failure.Message) : null);
return await program.InvokeAsync(args, Console.Error, CancellationToken.None);
