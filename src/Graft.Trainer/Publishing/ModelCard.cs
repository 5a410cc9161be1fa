using System.Globalization;
using System.Text;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Common;
using Graft.Trainer.Evaluation;
using Graft.Trainer.Schedules;

namespace Graft.Trainer.Publishing;

/// <summary>The README.md of what is published: Markdown with the front matter that model hubs read.</summary>
internal static class ModelCard
{
    public static string Write(string name, Recipe recipe, PublishedFigures figures)
    {
        var model = recipe.LanguageModel;
        IReadOnlyList<TrainedPart> trained = [.. recipe.Trained];
        IReadOnlyList<ModelPart> frozen = [.. recipe.Graph.OfType<ModelPart>()];
        var card = new StringBuilder();
        void Line(string text = "") => card.Append(text).Append('\n');
        Line("---");
        if (model.HubId is { } hubId)
        {
            Line($"base_model: {hubId}");
        }

        Line($"library_name: {trained[0].Library}");
        foreach (var line in model.License is { } license ? HubLicense.Lines(license, model.LicenseUrl) : [])
        {
            Line(line);
        }

        Line($"pipeline_tag: {(frozen.Count > 1 ? "image-text-to-text" : "text-generation")}");
        Line("tags: [graft]");
        Line("---");
        Line();
        Line($"# {name}");
        Line();
        Line($"{Titles(trained)} {(trained[0].Publishes == ArtifactKind.Model ? "from" : "for")} {Frozen(frozen)}, trained on the data set "
            + $"`{recipe.Data.Dataset}` (files digest {recipe.Data.Digest}).");
        Line();
        Line("## Results");
        Line();
        if (figures is { Base: { } before, Adapted: { } after })
        {
            var counts = figures.EvaluationRecords!;
            Line($"On {counts.Records - counts.Bad - counts.TooLong} held-out records:");
            Line();
            Line("| | base | trained |");
            Line("|---|---|---|");
            Row("loss per labeled token", before, after, f => f.Loss);
            Row("token accuracy", before, after, f => f.TokenAccuracy);
            Row("exact match of generated answers", before, after, f => f.ExactMatch);
            Line();
        }
        else
        {
            Line("There were no held-out records to evaluate on.");
            Line();
        }

        Line($"Trained parameters: {Count(figures.TrainableParameters)} beside {Count(figures.BaseParameters)} of the base; "
            + $"{Count(figures.Steps)} {English.Noun(figures.Steps, "step")}, {Count(figures.TokensSeen)} tokens, "
            + $"last training loss {Number(figures.FinalTrainingLoss)}.");
        Line();
        Line("## Training");
        Line();
        Line("| | |");
        Line("|---|---|");
        foreach (var (label, value) in Settings(recipe, figures))
        {
            Line($"| {label} | {value} |");
        }

        Line();
        Line("## Use");
        Line();
        if (LoadingCode.Of(trained[0].Library, model.Called) is { Count: > 0 } code)
        {
            Line("```python");
            foreach (var line in code)
            {
                Line(line);
            }

            Line("```");
            Line();
        }

        Line($"Prompts were rendered with the template `{recipe.Data.Template}`. `graft generate` renders them likewise; "
            + $"What loads the folder as it is: {string.Join("; ", trained.Select(part => part.LoadedBy).Distinct())}.");
        Line();
        Line("`run-plan.json` is the recipe, `metrics.json` the figures in full.");
        Notices(recipe, Line);
        return card.ToString();

        void Row(string label, EvaluationFigures first, EvaluationFigures second, Func<EvaluationFigures, double?> pick)
        {
            if (pick(first) is { } one && pick(second) is { } two)
            {
                Line($"| {label} | {Number(one)} | {Number(two)} |");
            }
        }
    }

    private static IEnumerable<(string Label, string Value)> Settings(Recipe recipe, PublishedFigures figures)
    {
        var training = recipe.Training;
        yield return ("steps", Count(figures.Steps));
        yield return ("batch", training.GradientAccumulationSteps == 1
            ? $"{training.BatchSize} records"
            : $"{training.BatchSize} records, {training.GradientAccumulationSteps} times a step");
        yield return ("learning rate", $"{training.LearningRate}, {training.Schedule}, {PlanSchedule.WarmupOf(training, figures.Steps)} steps of warm-up");
        yield return ("optimizer", $"AdamW, β₁ {training.AdamBeta1}, β₂ {training.AdamBeta2}, ε {training.AdamEpsilon}, weight decay {training.WeightDecay}");
        yield return ("gradient clipped to", training.MaxGradientNorm.Value == 0 ? "–" : $"{training.MaxGradientNorm}");
        yield return ("precision of the frozen weights", training.Precision);
        yield return ("longest sample", $"{recipe.Data.MaxLength} tokens");
        yield return ("seed", $"{training.Seed}");
    }

    private static string Titles(IEnumerable<TrainedPart> trained) => string.Join(" and ", trained.Select(
        (part, index) => index == 0 ? part.Title : $"{char.ToLowerInvariant(part.Title[0])}{part.Title[1..]}"));

    private static string Frozen(IReadOnlyList<ModelPart> frozen) =>
        (frozen.Count > 1 ? "the models " : "the base model ")
            + string.Join(" and ", frozen.Select(part => $"`{part.Model}` (files digest {part.Digest})"));

    private static void Notices(Recipe recipe, Action<string> line)
    {
        (string What, string? License, string? Notice)[] sources =
        [
            .. recipe.Graph.OfType<ModelPart>().Select(part => ($"Model `{part.Model}`", part.License, part.LicenseNotice)),
            ($"Data set `{recipe.Data.Dataset}`", recipe.Data.License, recipe.Data.LicenseNotice),
        ];
        if (sources.All(s => s.License is null && s.Notice is null))
        {
            return;
        }

        line("");
        line("## Licenses");
        line("");
        foreach (var (what, license, notice) in sources.Where(s => s.License is not null || s.Notice is not null))
        {
            line($"- {what}: {license ?? "see the notice"}{(notice is null ? "" : $". {notice.ReplaceLineEndings(" ")}")}");
        }
    }

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double? value) => value is { } number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "–";
}
