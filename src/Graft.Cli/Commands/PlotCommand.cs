using System.CommandLine;
using Graft.Cli.Cluster;
using Graft.Cli.Display;
using Graft.Cli.Local;
using Graft.Programs;
using Graft.Programs.Charts;

namespace Graft.Cli.Commands;

/// <summary><c>graft plot NAME|FOLDER</c>: the loss curve of a run in a cluster or on this computer.</summary>
public static class PlotCommand
{
    private const int CurveWidth = 70;
    private const int CurveHeight = 12;

    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("RUN")
        {
            Description = "A run in the cluster (NAME or KIND/NAME), or the folder of a local run (graft-out/NAME).",
        };

        var svg = new Option<string?>("--svg") { Description = "Write the curve to this file, too.", HelpName = "FILE" };
        var scale = ChoiceOption.Create("--scale", ["auto", "linear", "log"], "The losses' axis; auto is logarithmic over two powers of ten.");
        var cluster = new ClusterOptions();
        var command = new ExampleCommand(
            "plot",
            "Draw the loss curve of a run.",
            "graft plot graft-out/quickstart --svg loss.svg",
            "graft plot quickstart -n team-a")
        {
            name, svg, scale,
        };
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = parsed.GetRequiredValue(name);
            var state = new RunProgressState();
            if (Directory.Exists(run))
            {
                FinishedRun.Require(run, RunFolder.EventsFileName);
                state.ApplyAll(LossLog.Read(Path.Combine(run, RunFolder.EventsFileName)));
            }
            else
            {
                await ReadClusterAsync(cluster, parsed, terminal, run, state, cancellationToken).ConfigureAwait(false);
            }

            return Draw(terminal, run, state, parsed.GetValue(svg), Scale(parsed.GetRequiredValue(scale)));
        });
        return command;
    }

    private static async Task ReadClusterAsync(
        ClusterOptions cluster,
        ParseResult parsed,
        Terminal terminal,
        string run,
        RunProgressState state,
        CancellationToken cancellationToken)
    {
        try
        {
            using var runs = cluster.Connect(parsed, terminal);
            await ClusterLossHistory.ReadAsync(runs, run, state, cancellationToken).ConfigureAwait(false);
        }
        catch (CliException error)
        {
            throw new CliException($"There is no folder '{run}' of a run on this computer{FinishedRun.Meant(run)}. {error.Message}", error);
        }
    }

    private static LossScale Scale(string name) => name switch
    {
        "linear" => LossScale.Linear,
        "log" => LossScale.Log,
        _ => LossScale.Auto,
    };

    private static int Draw(Terminal terminal, string run, RunProgressState state, string? svg, LossScale scale)
    {
        var points = state.Training.Points;
        if (points.Count < 2)
        {
            terminal.WriteErrorLine($"graft: '{run}' has reported {points.Count} losses so far; a curve needs two.");
            return ExitCodes.Failed;
        }

        terminal.WriteLine(TextChart.Titled(points, TextChart.Fit(CurveWidth, terminal.Out.Profile.Width), CurveHeight, scale));
        if (svg is not null)
        {
            var name = Path.GetFileName(run.TrimEnd('/'));
            File.WriteAllText(svg, LossCurveSvg.Draw(LossCurveSvg.TitleOf(name), points, state.HeldOut.Points, scale));
            terminal.WriteLine($"Written to {svg}");
        }

        return ExitCodes.Succeeded;
    }
}
