using System.CommandLine;
using Graft.Cli.Cluster;
using Graft.Cli.Display;
using Graft.Cli.Local;

namespace Graft.Cli.Commands;

/// <summary><c>graft plot NAME|FOLDER</c>: the loss curve of a run in a cluster or on this computer.</summary>
public static class PlotCommand
{
    private const int CurveWidth = 72;
    private const int CurveHeight = 12;

    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("RUN")
        {
            Description = "A run in the cluster (NAME or KIND/NAME), or the folder of a local run (graft-out/NAME).",
        };

        var svg = new Option<string?>("--svg") { Description = "Write the curve to this file, too.", HelpName = "FILE" };
        var cluster = new ClusterOptions();
        var command = new Command("plot", "Draw the loss curve of a run.") { name, svg };
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = parsed.GetRequiredValue(name);
            var state = new RunProgressState();
            if (Directory.Exists(run))
            {
                state.ApplyAll(LossLog.Read(Path.Combine(run, RunFolder.EventsFileName)));
            }
            else
            {
                using var runs = cluster.Connect(parsed, terminal);
                await ClusterLossHistory.ReadAsync(runs, run, state, cancellationToken).ConfigureAwait(false);
            }

            return Draw(terminal, run, state, parsed.GetValue(svg));
        });
        return command;
    }

    private static int Draw(Terminal terminal, string run, RunProgressState state, string? svg)
    {
        var points = state.Training.Points;
        if (points.Count < 2)
        {
            terminal.WriteErrorLine($"graft: '{run}' has reported {points.Count} losses so far; a curve needs two.");
            return ExitCodes.Failed;
        }

        terminal.WriteLine(TextChart.Curve(LossHistory.Smooth(points), CurveWidth, CurveHeight));
        if (svg is not null)
        {
            var name = Path.GetFileName(run.TrimEnd('/'));
            File.WriteAllText(svg, LossCurveSvg.Draw($"{name}: loss per labeled token", points, state.HeldOut.Points));
            terminal.WriteLine($"Written to {svg}");
        }

        return ExitCodes.Succeeded;
    }
}
