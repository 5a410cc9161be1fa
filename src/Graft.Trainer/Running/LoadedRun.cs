using Graft.Adapters;
using Graft.Api.Planning;
using Graft.Data;
using Graft.Data.Samples;
using Graft.Data.Tokenization;
using Graft.Models;
using Graft.Trainer.Evaluation;
using Graft.Trainer.Training;
using static TorchSharp.torch;

namespace Graft.Trainer.Running;

/// <summary>A plan's model, data and session in memory.</summary>
public sealed class LoadedRun : IDisposable
{
    private LoadedRun(
        ICausalLanguageModel model,
        TextTokenizer tokenizer,
        DataOptions data,
        SampleSet train,
        SampleSet? heldOut,
        TrainingSession session,
        ILoss loss)
    {
        Model = model;
        Tokenizer = tokenizer;
        Data = data;
        Train = train;
        HeldOut = heldOut;
        Session = session;
        Loss = loss;
    }

    /// <summary>The frozen model.</summary>
    public ICausalLanguageModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>How records become samples.</summary>
    public DataOptions Data { get; }

    /// <summary>What is trained on.</summary>
    public SampleSet Train { get; }

    /// <summary>What is evaluated on, if anything.</summary>
    public SampleSet? HeldOut { get; }

    /// <summary>What the run owns.</summary>
    public TrainingSession Session { get; }

    /// <summary>The training loss.</summary>
    public ILoss Loss { get; }

    /// <summary>
    /// Loads everything that a plan names. Data come first: mistakes in them are the most frequent and the quickest to find.
    /// </summary>
    public static LoadedRun Load(RunPlan plan, IReadOnlyDictionary<string, string> folders, Device device)
    {
        var recipe = plan.Recipe;
        var part = recipe.Parts is [{ Role: "languageModel" } single]
            ? single
            : throw new PlanFormatException($"recipe.parts: this trainer trains on one languageModel, the plan has "
                + $"{string.Join(", ", recipe.Parts.Select(p => p.Role))}.");
        string modelFolder = folders[part.Name], dataFolder = folders[Execution.DatasetInput];
        var tokenizer = TokenizerFolder.Load(modelFolder);
        var options = DataOptions.From(recipe.Data);
        var encoder = new SampleEncoder(tokenizer, options.Template);
        var train = SampleSet.Load(Path.Combine(dataFolder, recipe.Data.TrainFile), options, encoder);
        var heldOut = recipe.Data.EvaluationFile is { } file
            ? SampleSet.Load(Path.Combine(dataFolder, file), options, encoder, recipe.Evaluation.MaxRecords)
            : null;
        var model = LoadModel(part, modelFolder, recipe.Training.Precision, device);
        tokenizer.CheckFits(model.VocabularySize);
        var loss = new NextTokenObjective();
        var adapter = AdapterMethods.Of(recipe.Method).Attach(model, NewStart(recipe, tokenizer));
        CheckPositions(model, adapter.Hooks.ExtraPositions, train, heldOut);
        var session = new TrainingSession(model, adapter, train.Samples, recipe.Training, tokenizer.Special.Pad, loss);
        return new LoadedRun(model, tokenizer, options, train, heldOut, session, loss);
    }

    /// <summary>Measures the loss on the held-out samples; null where there are none.</summary>
    public LossEvaluator? HeldOutLoss(int batchSize) =>
        HeldOut is null ? null : new LossEvaluator(Model, Loss, HeldOut.Samples, batchSize, Tokenizer.Special.Pad);

    public void Dispose()
    {
        Session.Dispose();
        Model.Dispose();
    }

    private static AdapterStart NewStart(Recipe recipe, TextTokenizer tokenizer) => new(
        (ulong)recipe.Training.Seed,
        text => [.. tokenizer.EncodePart(text, TextPosition.Start).Select(id => (long)id)]);

    private static void CheckPositions(ICausalLanguageModel model, int extra, SampleSet train, SampleSet? heldOut)
    {
        var longest = train.Samples.Concat(heldOut?.Samples ?? []).Max(sample => sample.Length);
        if (longest + extra > model.MaximumPositions)
        {
            var added = extra > 0 ? $" and the {extra} virtual tokens of the method" : "";
            throw new PlanFormatException(
                $"data.maxLength: the longest sample has {longest} tokens; with them{added} the model's {model.MaximumPositions} positions "
                + $"are not enough. Set maxLength to at most {Math.Max(1, model.MaximumPositions - extra)}.");
        }
    }

    private static ICausalLanguageModel LoadModel(PlanPart part, string folder, string precision, Device device)
    {
        var type = precision switch
        {
            "float32" => ScalarType.Float32,
            "bfloat16" => ScalarType.BFloat16,
            "float16" => ScalarType.Float16,
            _ => throw new PlanFormatException($"training.precision: '{precision}' is not known; known are float32, bfloat16, float16."),
        };
        return part.RandomInitializationSeed is { } seed
            ? CausalLanguageModels.Initialize(folder, (ulong)seed, type, device)
            : CausalLanguageModels.Load(folder, type, device);
    }
}
