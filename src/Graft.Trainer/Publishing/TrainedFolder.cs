using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Graft.Adapters;
using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Common;
using Graft.Data.Samples;
using Graft.Models;
using Graft.Trainer.Evaluation;
using Graft.Trainer.Failures;
using Graft.Trainer.Parts;
using Graft.Trainer.Running;

namespace Graft.Trainer.Publishing;

/// <summary>
/// The folder of what was trained: the weights as others load them, the recipe, the figures and a card. Its bytes depend on the recipe
/// and its results alone.
/// </summary>
internal static class TrainedFolder
{
    /// <summary>
    /// How much the loss may differ after saving and reopening; decompositions are converted to plain LoRA, which rounds.
    /// </summary>
    private const double LossTolerance = 1e-3;

    private const int SamplesToVerify = 8;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the folder anew.</summary>
    /// <exception cref="IOException">It cannot be written; half a folder is not used by anybody.</exception>
    public static void Write(string folder, string name, Recipe recipe, PartGraph parts, PublishedFigures figures)
    {
        try
        {
            WriteFiles(folder, name, recipe, parts, figures);
        }
        catch (IOException error) when (FileFaults.IsDiskFull(error))
        {
            throw new IOException(FileFaults.Describe(error, folder, parts.TrainedParameters * sizeof(float)), error);
        }
    }

    private static void WriteFiles(string folder, string name, Recipe recipe, PartGraph parts, PublishedFigures figures)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        TrainedFiles.Write(recipe, parts, folder);
        File.WriteAllText(Path.Combine(folder, "run-plan.json"), PlanJson.Write(recipe).ReplaceLineEndings("\n") + "\n");
        File.WriteAllText(Path.Combine(folder, "metrics.json"), JsonSerializer.Serialize(figures, Json) + "\n");
        File.WriteAllText(Path.Combine(folder, "README.md"), ModelCard.Write(name, recipe, figures));
    }

    /// <summary>Opens the folder as a stranger would, and compares its loss on a few samples with that of the session.</summary>
    /// <exception cref="PublishException">It cannot be opened, or does not compute what was trained.</exception>
    public static void Verify(string folder, LoadedRun run)
    {
        IReadOnlyList<Sample> samples = [.. (run.HeldOut ?? run.Train).Samples.Take(SamplesToVerify)];
        double trained = Loss(run.Parts), reopened;
        try
        {
            foreach (var part in Directory.EnumerateDirectories(folder).Prepend(folder))
            {
                FolderKinds.Of(part)?.Verify(part);
            }

            using var parts = run.Reopen(folder);
            reopened = Loss(parts);
        }
        catch (Exception error) when (error is AdapterException or ModelException or ArtifactException)
        {
            throw new PublishException($"What was saved in {folder} cannot be opened again: {error.Message}", error);
        }

        if (!(Math.Abs(reopened - trained) <= LossTolerance * (1 + Math.Abs(trained))))
        {
            throw new PublishException(
                $"What was saved in {folder} has the loss {reopened:R} where the trained one has {trained:R}: it is not published.");
        }

        double Loss(PartGraph parts) =>
            new LossEvaluator(parts, run.Objective, samples, samples.Count, run.Collator)
                .Measure(parts.Hooks, onDone: null, CancellationToken.None).Loss;
    }
}
