using System.CommandLine;
using Graft.Api.Planning;
using Graft.Programs;
using Graft.Trainer.Commands;
using Graft.Trainer.Failures;

var root = new RootCommand("Trains what a run plan says. People use `graft`, which writes plans and starts this program.")
{
    RunCommand.Create(),
    InspectCommand.Create(),
    GenerateCommand.Create(),
};
var program = new CommandProgram(
    "graft-trainer",
    root,
    TrainerExitCodes.BadPlan,
    error => TrainerFailure.From(error) is { IsExplained: true } failure ? new ExplainedFailure(failure.ExitCode, failure.Message) : null);
return await program.InvokeAsync(args, Console.Error, CancellationToken.None);
