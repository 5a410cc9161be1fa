using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Common;
using Graft.Programs;

namespace Graft.Cli.Local;

/// <summary>Reads the folder of a run on this computer that has come to its end.</summary>
public static class FinishedRun
{
    /// <summary>The run's plan, and the folder of what it has trained.</summary>
    /// <param name="folder">The run's folder, or the link to it.</param>
    /// <exception cref="CliException">It is no run's, or the run has not finished.</exception>
    public static (RunPlan Plan, string Trained) Read(string folder)
    {
        var file = Require(folder, RunFolder.PlanFileName);
        var trained = Path.Combine(folder, RunFolder.TrainedFolderName);
        if (Path.Exists(Path.Combine(folder, RunSums.FileName)) && RunSums.Damage(folder, RunFolder.PlanFileName) is { } damage)
        {
            throw new CliException($"The run in '{folder}' is not used: {damage}. `graft run` with its spec writes the file again.");
        }

        return Directory.Exists(trained)
            ? (PlanJson.Read(SmallFile.ReadText(file)), trained)
            : throw new CliException($"The run in '{folder}' has not finished: there is no {trained}. `graft run` with its spec goes on.");
    }

    /// <summary>Makes sure that what was trained is still what the run left.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="trained">The folder of what was trained.</param>
    /// <param name="begin">Shows how far the reading is.</param>
    /// <exception cref="CliException">Its files have changed.</exception>
    public static void RequireAsTrained(string folder, string trained, Func<ActivityProgress, ActivityLine> begin)
    {
        var names = Directory.EnumerateFiles(trained, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList();

        using var line = begin(RunSums.Reading(folder, names));

        // Digests are written once a run has succeeded; what is trained and not yet published can be tried before.
        if (names.Any(name => RunSums.States(folder, name))
            && names.Select(name => RunSums.Damage(folder, name, line.Add)).FirstOrDefault(damage => damage is not null) is { } changed)
        {
            throw new CliException(
                $"What was trained in {trained} changed after the training: {changed}. Bring the files back, or train again: `graft run` with "
                + "the spec and --rerun.");
        }
    }

    /// <summary>Makes sure that a model that the run was computed with is still the one that its plan pins.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="part">The model's name in it.</param>
    /// <param name="digestOf">Computes a folder's digest, or remembers it.</param>
    /// <returns>The model's folder.</returns>
    /// <exception cref="CliException">Its files are gone, or have changed.</exception>
    public static string RequirePinned(RunPlan plan, string part, Func<string, string> digestOf)
    {
        var model = plan.Recipe.Graph.OfType<ModelPart>().Single(model => model.Name == part);
        var folder = plan.Execution.Inputs[part].Path;
        if (!Directory.Exists(folder))
        {
            throw new CliException(
                $"The model '{model.Model}' that the run was trained on is not there any more: there is no folder {folder}. Bring it back, or say "
                + "with --model DIR where it is.");
        }

        return digestOf(folder) is var found && found == model.Digest
            ? folder
            : throw new CliException(
                $"The files of the model '{model.Model}' in {folder} have the files digest {found}; the run was trained on {model.Digest}: they "
                + "changed after the training, and what was trained does not belong to them. Bring the files back, or train again with "
                + $"`graft run`; --model {folder} takes them as they are.");
    }

    /// <summary>That an adapter was trained on another model, in words; null where it was not, or does not say.</summary>
    /// <param name="model">The model's folder.</param>
    /// <param name="adapter">The adapter's folder, as Graft publishes it.</param>
    /// <param name="digestOf">Computes a folder's digest, or remembers it.</param>
    public static string? DifferenceTo(string model, string adapter, Func<string, string> digestOf)
    {
        var recipe = Path.Combine(adapter, "run-plan.json");
        return Directory.Exists(model) && File.Exists(recipe) && PinnedModel(SmallFile.ReadText(recipe)) is { } pinned
            && digestOf(model) is var found && found != pinned
            ? $"The files in {model} have the files digest {found}; the adapter in {adapter} was trained on {pinned}. What it answers here is not "
                + "what was evaluated."
            : null;
    }

    private static string? PinnedModel(string recipe)
    {
        try
        {
            return JsonSerializer.Deserialize<Recipe>(recipe, PlanJson.WireOptions)?.LanguageModel.Digest;
        }
        catch (Exception error) when (error is JsonException or PlanFormatException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>A file of a run's folder.</summary>
    /// <exception cref="CliException">It is not there.</exception>
    public static string Require(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        return File.Exists(file)
            ? file
            : throw new CliException(
                Directory.Exists(folder)
                    ? $"'{folder}' is not the folder of a run: it has no {name}. `graft run` writes graft-out/NAME."
                    : $"There is no folder '{folder}'{Meant(folder)}. `graft run` writes graft-out/NAME.");
    }

    /// <summary>The run's folder that was probably meant, as the end of a sentence; "" where none is near.</summary>
    public static string Meant(string folder)
    {
        var parent = Path.GetDirectoryName(folder.TrimEnd('/')) is { Length: > 0 } named ? named : "graft-out";
        if (!Directory.Exists(parent))
        {
            return "";
        }

        var runs = Directory.EnumerateDirectories(parent)
            .Where(run => File.Exists(Path.Combine(run, RunFolder.PlanFileName)))
            .Select(run => Path.GetFileName(run));
        return NearestName.Find(Path.GetFileName(folder.TrimEnd('/')), runs) is { } near
            ? $"; did you mean {Path.Combine(parent, near)}?"
            : "";
    }
}
