using System.CommandLine;
using Graft.Api.Planning;
using Graft.Common;
using Graft.Trainer.Running;

namespace Graft.Trainer.Commands;

/// <summary><c>graft-trainer run PLAN.json</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var plans = new Argument<FileInfo[]>("plan")
        {
            Description = "The run plan, as `graft plan` writes it. Several are carried out in turn in this process, and share frozen models.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("run", "Carry out a run plan: train, evaluate, save, publish.") { plans, StopRequests.EndWithInput };
        command.SetAction((parsed, _) => RunAsync(
            [.. parsed.GetRequiredValue(plans).Select(plan => plan.FullName)], parsed.GetValue(StopRequests.EndWithInput)));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> paths, bool endWithInput)
    {
        using var stop = new StopRequests(endWithInput);
        var plans = new List<RunPlan>();
        foreach (var path in paths)
        {
            try
            {
                plans.Add(PlanJson.Read(SmallFile.ReadText(path)));
            }
            catch (Exception error) when (error is PlanFormatException || FileFaults.Is(error))
            {
                await Console.Error.WriteLineAsync($"{path}: {error.Message}").ConfigureAwait(false);
                return TrainerExitCodes.BadPlan;
            }
        }

        try
        {
            return await Pack.RunAsync(plans, Console.Out, Console.Error, TimeProvider.System, stop.Token).ConfigureAwait(false);
        }
        catch (PlanFormatException error)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            return TrainerExitCodes.BadPlan;
        }
    }
}
