using System.CommandLine;
using Graft.Api.V1Alpha1;
using Graft.Cli.Cluster;
using Graft.Cli.Display;
using Graft.Programs;
using k8s.Models;

namespace Graft.Cli.Commands;

/// <summary><c>graft logs NAME</c>: what the trainer of a run in a cluster says.</summary>
public static class LogsCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The run, as NAME or KIND/NAME." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Wait for the pod, and go on until the trainer ends." };
        var raw = new Option<bool>("--raw") { Description = "The pod's log as it is, with the trainer's events, one JSON object a line." };
        var cluster = new ClusterOptions();
        var command = new ExampleCommand(
            "logs",
            "Show what the trainer of a run in a cluster says.",
            "graft logs quickstart",
            "graft logs -f atr/quickstart -n team-a")
        {
            name, follow, raw,
        };
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var runs = cluster.Connect(parsed, terminal);
            var run = await runs.GetAsync(parsed.GetRequiredValue(name), cancellationToken).ConfigureAwait(false);
            var pod = await FindPodAsync(runs, run, parsed.GetValue(follow), terminal, cancellationToken).ConfigureAwait(false);
            if (pod is null)
            {
                terminal.WriteErrorLine(RunStory.Describe(run));
                return ExitCodes.Failed;
            }

            var log = new PodLog();
            await foreach (var line in runs.ReadLogAsync(pod, parsed.GetValue(follow), cancellationToken).ConfigureAwait(false))
            {
                if ((parsed.GetValue(raw) ? line : log.Shown(line)) is { } shown)
                {
                    terminal.WriteLine(shown);
                }
            }

            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static async Task<V1Pod?> FindPodAsync(
        ClusterRuns runs, IRunResource run, bool wait, Terminal terminal, CancellationToken cancellationToken)
    {
        var said = "";
        while (true)
        {
            var pod = await runs.NewestPodAsync(run, cancellationToken).ConfigureAwait(false);
            if (pod?.Status?.Phase is "Running" or "Succeeded" or "Failed")
            {
                return pod;
            }

            if (!wait || RunStory.IsFinished(run))
            {
                return null;
            }

            if (RunStory.Describe(run) is var story && story != said)
            {
                said = story;
                terminal.WriteErrorLine(story);
            }

            await Task.Delay(PollInterval, cancellationToken).ConfigureAwait(false);
            run = await runs.GetAsync($"{run.GetType().Name}/{run.Metadata.Name}", cancellationToken).ConfigureAwait(false);
        }
    }
}
