using System.Globalization;
using Graft.Api.Defaulting;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Planning;

/// <summary>
/// Makes a recipe from a run's spec and what it refers to. The operator and the command line both call it, so that the same
/// files give the same hash with and without a cluster.
/// </summary>
public static class RecipeResolver
{
    /// <summary>The name of the language model in an AdapterTrainingRun's graph of parts.</summary>
    public const string BasePart = "base";

    /// <summary>Resolves a valid spec; whoever calls has validated it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="model">The base model that it names, and the digest of its files.</param>
    /// <param name="modelDigest">See <paramref name="model"/>.</param>
    /// <param name="dataset">The data set that it names, and the digest of its files.</param>
    /// <param name="datasetDigest">See <paramref name="dataset"/>.</param>
    public static Recipe Resolve(AdapterTrainingRun run, BaseModel model, string modelDigest, TrainingDataset dataset, string datasetDigest)
    {
        var spec = Defaults.Apply(run.Spec);
        return new Recipe
        {
            Form = Recipe.CurrentForm,
            Kind = nameof(AdapterTrainingRun),
            Parts = [Part(model, modelDigest)],
            Method = spec.Method!.Normalized(),
            Data = Data(spec.Data!, dataset, datasetDigest),
            Training = Training(Defaults.Apply(spec.Training ?? new TrainingSpec())),
            Evaluation = Evaluation(Defaults.Apply(spec.Evaluation ?? new EvaluationSpec())),
            Rerun = string.IsNullOrEmpty(spec.Rerun) ? null : spec.Rerun,
        };
    }

    private static PlanPart Part(BaseModel model, string digest)
    {
        var spec = Defaults.Apply(model.Spec);
        return new PlanPart
        {
            Name = BasePart,
            Role = "languageModel",
            Model = model.Metadata.Name,
            Format = spec.Format!,
            Digest = digest,
            RandomInitializationSeed = spec.RandomInitialization?.Seed,
            License = spec.License?.Spdx,
            LicenseNotice = spec.License?.Notice,
        };
    }

    private static PlanData Data(DataSpec data, TrainingDataset dataset, string digest)
    {
        var set = Defaults.Apply(dataset.Spec);
        return new PlanData
        {
            Dataset = dataset.Metadata.Name,
            Digest = digest,
            Format = set.Format!,
            TrainFile = set.TrainFile!,
            EvaluationFile = set.EvaluationFile,
            Template = data.Template ?? UsualTemplate(set.Format!),
            MaxLength = data.MaxLength!.Value,
            OnTooLong = data.OnTooLong!,
            OnBadRecord = data.OnBadRecord!,
            Packing = data.Packing!.Value,
            License = set.License?.Spdx,
            LicenseNotice = set.License?.Notice,
        };
    }

    private static string UsualTemplate(string format)
    {
        return format switch
        {
            "instruction" => "alpaca",
            "messages" => "chatml",
            _ => "plain",
        };
    }

    private static PlanTraining Training(TrainingSpec training)
    {
        return new PlanTraining
        {
            Epochs = training.MaxSteps is null ? Number(training.Epochs ?? "1") : null,
            MaxSteps = training.MaxSteps,
            BatchSize = training.BatchSize!.Value,
            GradientAccumulationSteps = training.GradientAccumulationSteps!.Value,
            LearningRate = Number(training.LearningRate!),
            Schedule = training.Schedule!,
            WarmupSteps = training.WarmupSteps,
            WarmupRatio = training.WarmupSteps is null ? Number(training.WarmupRatio ?? "0.03") : null,
            WeightDecay = Number(training.WeightDecay!),
            AdamBeta1 = Number(training.AdamBeta1!),
            AdamBeta2 = Number(training.AdamBeta2!),
            AdamEpsilon = Number(training.AdamEpsilon!),
            MaxGradientNorm = Number(training.MaxGradientNorm!),
            Seed = training.Seed!.Value,
            Precision = training.Precision!,
        };
    }

    private static PlanEvaluation Evaluation(EvaluationSpec evaluation)
    {
        return new PlanEvaluation
        {
            EverySteps = evaluation.EverySteps!.Value,
            MaxRecords = evaluation.MaxRecords,
            GenerateRecords = evaluation.GenerateRecords!.Value,
            MaxNewTokens = evaluation.MaxNewTokens!.Value,
        };
    }

    private static double Number(string text)
    {
        // Adding zero makes "-0" the same number as "0".
        return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) + 0.0;
    }
}
