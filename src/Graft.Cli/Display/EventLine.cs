using System.Globalization;
using Graft.Api.Planning;
using Graft.Cli.Training;

namespace Graft.Cli.Display;

/// <summary>A trainer's events as lines for people.</summary>
public static class EventLine
{
    /// <summary>A progress report in a line.</summary>
    public static string Of(ProgressReport report)
    {
        return report.TotalSteps == 0 || report.Activity != "Training"
            ? report.Activity + (report.Message is { } message ? $": {message}" : "")
            : string.Create(CultureInfo.InvariantCulture, $"step {report.Step}/{report.TotalSteps}  {Speed(report)}");
    }

    /// <summary>The figures of a moment: loss, speed, time left.</summary>
    public static string Speed(ProgressReport report)
    {
        var (loss, speed) = (Figures.Loss(report.Loss), Figures.Count(report.TokensPerSecond));
        return $"loss {loss}  {speed} tokens/s  ETA {Figures.Duration(report.EtaSeconds)}";
    }

    /// <summary>A line of a trainer's output: an event that has a form for people in that form, anything else as it is.</summary>
    public static string Of(string line)
    {
        return TrainerEvent.Parse(line) switch
        {
            { Kind: "progress" } progress => Of(progress.Progress()),
            { Kind: "warning" } warning => "warning: " + warning.Text("message"),
            { Kind: "checkpoint" } checkpoint => $"checkpoint at step {Figures.Count(checkpoint.Number("step"))}",
            { Kind: "evaluation" } evaluation =>
                $"{evaluation.Text("model")} model on the held-out records: loss {Figures.Loss(evaluation.Number("loss"))}, "
                + $"token accuracy {Figures.Share(evaluation.Number("tokenAccuracy"))}",
            { Kind: "artifact" } artifact =>
                $"published {artifact.Text("name")} {artifact.Text("version")}: {artifact.Text("reference")} {artifact.Text("digest")}",
            _ => line,
        };
    }
}
