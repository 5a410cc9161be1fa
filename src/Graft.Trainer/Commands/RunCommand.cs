using System.CommandLine;
using System.Runtime.InteropServices;
using Graft.Api.Planning;
using Graft.Common;
using Graft.Trainer.Running;

namespace Graft.Trainer.Commands;

/// <summary><c>graft-trainer run PLAN.json</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var plan = new Argument<FileInfo>("plan") { Description = "The run plan, as `graft plan` writes it." };
        var command = new Command("run", "Carry out a run plan: train, evaluate, save, publish.") { plan };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(plan).FullName));
        return command;
    }

    private static async Task<int> RunAsync(string path)
    {
        RunPlan plan;
        try
        {
            plan = PlanJson.Read(SmallFile.ReadText(path));
        }
        catch (Exception error) when (error is PlanFormatException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{path}: {error.Message}").ConfigureAwait(false);
            return TrainerExitCodes.BadPlan;
        }

        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        return await new RunProgram(plan, Console.Out, Console.Error, TimeProvider.System).RunAsync(stop.Token).ConfigureAwait(false);

        void Stop(PosixSignalContext context)
        {
            // The process ends by itself once the checkpoint is on disk.
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
