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
// `run` sees to the signals itself: the library would end the process two seconds after SIGTERM, checkpoint or not.
int exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return parsed.Errors.Count > 0 ? TrainerExitCodes.BadPlan : exitCode;
