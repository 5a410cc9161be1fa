using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Common;
using Graft.Data;
using Graft.Data.Records;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Trainer.Parts;

namespace Graft.Trainer.Running;

/// <summary>What a model's or a data set's files are.</summary>
internal static class Inspection
{
    /// <summary>Reads the files as a run would.</summary>
    /// <param name="plan">What to read, and as what.</param>
    /// <param name="selfContained">
    /// Whether links may not lead out of the folder: files that a spec names, in a file system that holds more than them.
    /// </param>
    public static InspectionReport Of(InspectionPlan plan, bool selfContained)
    {
        var folder = plan.Input.Path;
        Func<string, Exception> refusal = plan.Model is null ? message =>
            new DatasetException(message) : message => new ModelException(message);
        if (!Directory.Exists(folder))
        {
            throw refusal($"{folder}: there is no such folder.");
        }

        if (selfContained)
        {
            InputFolder.RequireSelfContained(folder, refusal);
        }

        try
        {
            return plan.Model is { } model ? OfModel(folder, model) : OfDataset(folder, plan.Dataset!, selfContained);
        }
        catch (Exception error) when (FileFaults.IsLasting(error))
        {
            throw refusal($"{folder}: {error.Message}");
        }
    }

    private static InspectionReport OfModel(string folder, InspectedModel asked)
    {
        return VisionEncoders.Recognizes(folder) ? OfEncoder(folder, asked) : OfLanguageModel(folder, asked);
    }

    private static InspectionReport OfEncoder(string folder, InspectedModel asked)
    {
        using var model = asked.RandomInitialization ? VisionEncoders.Initialize(folder, seed: 0) : VisionEncoders.Load(folder);
        _ = EncoderPictures.Of(model);
        return OfWeights(folder, model, asked);
    }

    private static InspectionReport OfLanguageModel(string folder, InspectedModel asked)
    {
        var tokenizer = TokenizerFolder.Load(folder);
        // A memory-mapped model takes no memory; one whose weights are to be drawn is small enough to draw.
        using var model = asked.RandomInitialization
            ? CausalLanguageModels.Initialize(folder, seed: 0)
            : CausalLanguageModels.Load(folder);
        tokenizer.CheckFits(model.VocabularySize);
        return OfWeights(folder, model, asked) with { VocabularySize = model.VocabularySize, Tokenizer = tokenizer.Kind };
    }

    private static InspectionReport OfWeights(string folder, IFrozenModel model, InspectedModel asked) => Files(folder) with
    {
        Format = asked.Format,
        Architecture = model.Architecture ?? model.Configuration["model_type"]?.ToString(),
        Parameters = model.Parameters.Values.Sum(p => p.numel()),
        Layers = model.Shape.Layers,
        HiddenSize = model.Shape.HiddenSize,
    };

    private static InspectionReport OfDataset(string folder, InspectedDataset asked, bool selfContained)
    {
        var parser = RecordParsers.Find(asked.Format)
            ?? throw new DatasetException($"The format '{asked.Format}' is not known; known are {RecordParsers.Known}.");

        var (train, bad, firstBad) = Count(PathOf(asked.TrainFile), parser);
        var (evaluation, evaluationBad, firstEvaluationBad) = asked.EvaluationFile is { } heldOut
            ? Count(PathOf(heldOut), parser)
            : (0, 0, null);
        return Files(folder) with
        {
            Format = asked.Format,
            TrainRecords = train,
            EvaluationRecords = asked.EvaluationFile is null ? null : evaluation,
            BadRecords = bad + evaluationBad,
            FirstBadRecord = (firstBad ?? firstEvaluationBad)?.ToString(),
        };

        string PathOf(string name) => selfContained
            ? InputFolder.PathOf(folder, name, message => new DatasetException(message))
            : Path.Combine(folder, name);
    }

    private static (long Good, long Bad, BadRecord? First) Count(string file, IRecordParser parser)
    {
        long good = 0, bad = 0;
        BadRecord? first = null;
        foreach (var read in new RecordReader(file, parser).Read())
        {
            good += read.Record is null ? 0 : 1;
            bad += read.Bad is null ? 0 : 1;
            first ??= read.Bad;
        }

        return (good, bad, first);
    }

    private static InspectionReport Files(string folder)
    {
        var files = FolderListing.Of(folder);
        return new InspectionReport { Digest = FolderDigest.Compute(files), SizeBytes = files.Size };
    }
}
