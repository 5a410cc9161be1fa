using System.CommandLine;
using Graft.Trainer.Running;

namespace Graft.Trainer.Commands;

/// <summary><c>graft-trainer deliver FOLDER</c>.</summary>
internal static class DeliverCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    public static Command Create()
    {
        var spool = new Argument<DirectoryInfo>("folder") { Description = "The folder of what waits: `spool`, beside the run's checkpoints." };
        var termination = new Option<FileInfo?>("--termination-message") { Description = "Write the result to this file, for Kubernetes." };
        var command = new Command("deliver", "Deliver to MLflow what it had not taken of a run's record when the run ended.")
        {
            spool, termination, StopRequests.EndWithInput,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var stop = new StopRequests(parsed.GetValue(StopRequests.EndWithInput));
            return await new DeliveryProgram(Console.Error, Environment.GetEnvironmentVariable, TimeProvider.System)
                .RunAsync(parsed.GetRequiredValue(spool).FullName, parsed.GetValue(termination)?.FullName, Patience, stop.Token)
                .ConfigureAwait(false);
        });
        return command;
    }
}
