using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Data;
using Graft.Data.Records;
using Graft.Data.Tokenization;
using Graft.Models;

namespace Graft.Trainer.Running;

/// <summary>What a model's or a data set's files are.</summary>
internal static class Inspection
{
    /// <summary>Opens a model and its tokenizer as a run would.</summary>
    public static InspectionReport OfModel(string folder, bool drawWeights)
    {
        RequireFolder(folder, message => new ModelException(message));
        TextTokenizer tokenizer = TokenizerFolder.Load(folder);
        // A memory-mapped model takes no memory; one whose weights are to be drawn is small enough to draw.
        using ICausalLanguageModel model = drawWeights
            ? CausalLanguageModels.Initialise(folder, seed: 0)
            : CausalLanguageModels.Load(folder);
        tokenizer.CheckFits(model.Shape.VocabularySize);
        return Files(folder) with
        {
            Format = "huggingFace",
            Architecture = model.Configuration["architectures"]?[0]?.ToString() ?? model.Configuration["model_type"]?.ToString(),
            Parameters = model.Parameters.Values.Sum(p => p.numel()),
            Layers = model.Shape.Layers,
            HiddenSize = model.Shape.HiddenSize,
            VocabularySize = model.Shape.VocabularySize,
            Tokenizer = tokenizer.Kind,
        };
    }

    /// <summary>Reads every record of a data set.</summary>
    public static InspectionReport OfDataset(string folder, string format, string trainFile, string? evaluationFile)
    {
        RequireFolder(folder, message => new DatasetException(message));
        if (!Enum.TryParse(format, ignoreCase: true, out RecordFormat parsed) || !Enum.IsDefined(parsed))
        {
            throw new DatasetException($"The format '{format}' is not known; known are instruction, messages, text.");
        }

        var (train, bad, firstBad) = Count(Path.Combine(folder, trainFile), parsed);
        var (evaluation, evaluationBad, firstEvaluationBad) = evaluationFile is null
            ? (0, 0, null)
            : Count(Path.Combine(folder, evaluationFile), parsed);
        return Files(folder) with
        {
            Format = format,
            TrainRecords = train,
            EvaluationRecords = evaluationFile is null ? null : evaluation,
            BadRecords = bad + evaluationBad,
            FirstBadRecord = (firstBad ?? firstEvaluationBad)?.ToString(),
        };
    }

    private static (long Good, long Bad, BadRecord? First) Count(string file, RecordFormat format)
    {
        long good = 0, bad = 0;
        BadRecord? first = null;
        foreach (ReadRecord read in new RecordReader(file, format).Read())
        {
            good += read.Record is null ? 0 : 1;
            bad += read.Bad is null ? 0 : 1;
            first ??= read.Bad;
        }

        return (good, bad, first);
    }

    private static InspectionReport Files(string folder) => new()
    {
        Digest = FolderDigest.Compute(folder),
        SizeBytes = FolderDigest.Files(folder).Sum(name => new FileInfo(Path.Combine(folder, name)).Length),
    };

    private static void RequireFolder(string folder, Func<string, Exception> error)
    {
        if (!Directory.Exists(folder))
        {
            throw error($"{folder}: there is no such folder.");
        }
    }
}
