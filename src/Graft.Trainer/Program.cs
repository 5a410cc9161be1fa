using System.CommandLine;
using Graft.Api.Planning;
using Graft.Trainer.Commands;

var root = new RootCommand("Trains what a run plan says. People use `graft`, which writes plans and starts this program.")
{
    RunCommand.Create(),
    InspectCommand.Create(),
    GenerateCommand.Create(),
};
ParseResult parsed = root.Parse(args);
int exitCode = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? TrainerExitCodes.BadPlan : exitCode;
