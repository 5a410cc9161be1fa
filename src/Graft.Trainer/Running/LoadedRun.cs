using Graft.Adapters;
using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Data;
using Graft.Data.Batches;
using Graft.Data.Records;
using Graft.Data.Samples;
using Graft.Data.Tokenization;
using Graft.Trainer.Evaluation;
using Graft.Trainer.Parts;
using Graft.Trainer.Schedules;
using Graft.Trainer.Training;
using static TorchSharp.torch;

namespace Graft.Trainer.Running;

/// <summary>A plan's parts, data and session in memory.</summary>
public sealed class LoadedRun : IDisposable
{
    private readonly PartLoader _loader;
    private readonly AdapterStart _start;
    private readonly string? _heldOutFile;

    private LoadedRun(
        PartLoader loader, AdapterStart start, TextTokenizer tokenizer, DataOptions data, SampleSet train, SampleSet? heldOut,
        string? heldOutFile, TrainingSession session, ICollator collator, IObjective objective)
    {
        (_loader, _start, _heldOutFile) = (loader, start, heldOutFile);
        (Tokenizer, Data, Train, HeldOut, Session, Collator, Objective) = (tokenizer, data, train, heldOut, session, collator, objective);
    }

    /// <summary>The language model's tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>How records become samples.</summary>
    public DataOptions Data { get; }

    /// <summary>What is trained on.</summary>
    public SampleSet Train { get; }

    /// <summary>What is evaluated on, if anything.</summary>
    public SampleSet? HeldOut { get; }

    /// <summary>What the run owns.</summary>
    public TrainingSession Session { get; }

    /// <summary>What a person should know of it before it is trained.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>The frozen models, and what is trained.</summary>
    public PartGraph Parts => Session.Parts;

    /// <summary>Puts samples side by side.</summary>
    public ICollator Collator { get; }

    /// <summary>The training loss.</summary>
    public IObjective Objective { get; }

    /// <summary>
    /// Loads everything that a plan names. Data come first: mistakes in them are the most frequent and the quickest to find.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="inputs">The files of each input, by its name in the plan.</param>
    /// <param name="device">The device.</param>
    /// <param name="library">The frozen models of this process.</param>
    /// <param name="begin">Begins to tell how far a part of the work is.</param>
    public static LoadedRun Load(
        RunPlan plan, IReadOnlyDictionary<string, FolderListing> inputs, Device device, PartLibrary library, BeginPart begin)
    {
        var recipe = plan.Recipe;
        var folders = inputs.ToDictionary(input => input.Key, input => input.Value.Folder);
        string modelFolder = folders[recipe.LanguageModel.Name], dataFolder = folders[Execution.DatasetInput];
        var tokenizer = TokenizerFolder.Load(modelFolder);
        var options = DataOptions.From(recipe.Data);
        var encoder = new SampleEncoder(tokenizer, options.Template, options.TrainOn);
        var trainFile = Path.Combine(dataFolder, recipe.Data.TrainFile);
        var train = SampleSet.Load(trainFile, options, encoder, onRecord: begin("training records"));
        var heldOutFile = recipe.Data.EvaluationFile is { } file ? Path.Combine(dataFolder, file) : null;
        var heldOut = heldOutFile is null
            ? null
            : SampleSet.Load(heldOutFile, options, encoder, recipe.Evaluation.MaxRecords, begin("held-out records"));
        var start = new AdapterStart(
            (ulong)recipe.Training.Seed, text => [.. tokenizer.EncodePart(text, TextPosition.Start).Select(id => (long)id)]);
        var loader = new PartLoader(library, recipe, folders, ElementType(recipe.Training.Precision), device);
        var parts = loader.Load(start, begin);
        try
        {
            tokenizer.CheckFits(parts.LanguageModel.VocabularySize);
            var limits = new PositionLimits(parts.LanguageModel, parts.Hooks.ExtraPositions);
            var warning = limits.CheckSamples(train.Samples.Concat(heldOut?.Samples ?? []).Max(sample => sample.Length));
            var sides = loader.SideInputs(parts, start);
            CheckPictures(sides, train, heldOut);
            var collator = new PaddedCollator(tokenizer.Special.Pad, sides);
            var objective = Objectives.Of(recipe);
            var session = new TrainingSession(parts, train.Samples, collator, recipe.Training, objective);
            PlanSchedule.RequireMovement(recipe.Training, session.TotalSteps, parts.SmallestWeight());
            return new LoadedRun(loader, start, tokenizer, options, train, heldOut, heldOutFile, session, collator, objective)
            {
                Warnings = [.. UnknownFields(parts), .. warning is null ? Array.Empty<string>() : [warning]],
            };
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>Measures the loss on the held-out samples; null where there are none.</summary>
    public LossEvaluator? HeldOutLoss(int batchSize) =>
        HeldOut is null ? null : new LossEvaluator(Parts, Objective, HeldOut.Samples, batchSize, Collator);

    /// <summary>Has the language model answer the first held-out records.</summary>
    public AnswerEvaluator HeldOutAnswers(int records, int maxNewTokens)
    {
        var limits = new PositionLimits(Parts.LanguageModel, Parts.Hooks.ExtraPositions);
        var asked = HeldOut!.Records.Take(records).Select(WithPicture);
        return new AnswerEvaluator(Parts.LanguageModel, Tokenizer, Data, asked, Collator, maxNewTokens, limits.Longest);
    }

    /// <summary>The same parts with what was saved in a folder, read by nothing but its files; they belong to the caller.</summary>
    public PartGraph Reopen(string folder) => _loader.Reopen(folder, _start);

    public void Dispose() => Session.Dispose();

    private (SourceRecord Record, string? Picture) WithPicture(SourceRecord record) => (record, SampleSet.PictureOf(record, _heldOutFile!));

    private static IEnumerable<string> UnknownFields(PartGraph parts) => parts.Models.Values
        .Where(model => model.UnknownFields.Count > 0)
        .Select(model => $"{model.Folder}/config.json has fields that are not known here, and nothing is computed with them: "
            + $"{string.Join(", ", model.UnknownFields.Take(10))}.");

    /// <summary>Before the first step: training would find out too, but perhaps hours later.</summary>
    private static void CheckPictures(IReadOnlyList<ISideInput> sides, SampleSet train, SampleSet? heldOut)
    {
        foreach (var side in sides)
        {
            foreach (var sample in train.Samples.Concat(heldOut?.Samples ?? []))
            {
                side.Check(sample.Picture);
            }
        }
    }

    private static ScalarType ElementType(string precision) => precision switch
    {
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        "float16" => ScalarType.Float16,
        _ => throw new PlanFormatException($"training.precision: '{precision}' is not known; known are float32, bfloat16, float16."),
    };
}
