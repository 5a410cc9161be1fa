using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Cli.Local;
using Graft.Common;
using Graft.Programs.Charts;
using Spectre.Console;

namespace Graft.Cli.Display;

/// <summary>What a person reads when a run has succeeded: how much better the adapted model is, and where everything lies.</summary>
public static class RunSummary
{
    private const int CurveWidth = 60;
    private const int CurveHeight = 6;

    /// <summary>Writes it.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="run">The run.</param>
    /// <param name="result">Its result.</param>
    /// <param name="state">What it reported.</param>
    /// <param name="missing">What still waits for a server, a sentence each.</param>
    /// <param name="tryCommand">A command that tries what was trained.</param>
    public static void Write(
        IAnsiConsole console,
        PlannedRun run,
        RunResult result,
        RunProgressState state,
        IReadOnlyList<string> missing,
        string? tryCommand)
    {
        console.WriteLine();
        WriteComparison(console, result.Figures);
        var points = state.Training.Points;
        var width = TextChart.Fit(CurveWidth, console.Profile.Width);
        if (TextChart.Titled(points, width, CurveHeight, LossScale.Auto) is { Length: > 0 } curve)
        {
            console.WriteLine(curve);
            console.WriteLine();
        }

        var facts = new FactList();
        foreach (var (label, value) in Facts(run, result).Concat(missing.Select(sentence => ("Missing", sentence))))
        {
            facts.Add(label, value);
        }

        facts.Write(console);
        if (tryCommand is not null)
        {
            console.WriteLine();
            console.MarkupLine("[bold]Try it[/]");
            console.WriteWholeLine("  " + tryCommand);
        }
    }

    private static void WriteComparison(IAnsiConsole console, ResultFigures? figures)
    {
        if (figures?.AdaptedLoss is null)
        {
            console.WriteLine("No held-out records, so nothing was compared: name an evaluationFile in the TrainingDataset.");
            return;
        }

        var table = new Table().RoundedBorder().Title("On the held-out records")
            .AddColumn("")
            .AddColumn(new TableColumn("base").RightAligned())
            .AddColumn(new TableColumn("adapted").RightAligned());
        table.AddRow("loss per labeled token", NumberText.Loss(figures.BaseLoss), NumberText.Loss(figures.AdaptedLoss));
        table.AddRow("token accuracy", NumberText.Share(figures.BaseTokenAccuracy), NumberText.Share(figures.AdaptedTokenAccuracy));
        if (figures.AdaptedExactMatch is not null)
        {
            table.AddRow(
                "generated answers that match", NumberText.Share(figures.BaseExactMatch), NumberText.Share(figures.AdaptedExactMatch));
        }

        console.Write(table);
    }

    private static IEnumerable<(string Label, string Value)> Facts(PlannedRun run, RunResult result)
    {
        yield return ($"{run.Plan.Recipe.Trained.First().Publishes}", ShortPath.Of(Path.Combine(run.Folder.Link, RunFolder.TrainedFolderName)));
        if (result.Artifact is { } artifact)
        {
            yield return ("Version", $"{artifact.Name} {artifact.Version}");
            yield return ("Manifest digest", artifact.Digest);
            yield return ("Reference", artifact.Reference);
        }

        yield return ("Plan hash", run.Hash);
        if (result.Tracking is { } tracking)
        {
            yield return ("MLflow run", tracking.Uri);
        }

        if (run.Plan.Execution.Tracking.Directory is { } directory)
        {
            yield return ("", $"MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri {ShellWord.QuotePath(ShortPath.Of(directory))}");
        }

        yield return ("Loss curve", ShortPath.Of(Path.Combine(run.Folder.Link, Path.GetFileName(run.Folder.LossCurveFile))));
        if (result.Figures is { } figures)
        {
            yield return (
                "Trained",
                $"{NumberText.Count(figures.TrainableParameters)} parameters in {English.Count(result.Steps, "step")}, "
                + $"{NumberText.Count(figures.TokensPerSecond)} tokens/s, peak memory {NumberText.Bytes(figures.PeakMemoryBytes ?? 0)}");
            if (figures.BadRecords > 0 || figures.TooLongRecords > 0 || figures.TruncatedRecords > 0)
            {
                yield return (
                    "Records",
                    $"{figures.BadRecords ?? 0} unusable and {figures.TooLongRecords ?? 0} too long left out, "
                    + $"{figures.TruncatedRecords ?? 0} cut to maxLength");
            }
        }
    }
}
