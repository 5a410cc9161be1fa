using Graft.Api.Data;
using Graft.Api.Defaulting;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Planning;

/// <summary>
/// Makes a recipe from a run's spec and what it refers to. The operator and the command line both call it, so that the same
/// files give the same hash with and without a cluster.
/// </summary>
public static class RecipeResolver
{
    /// <summary>The name of the language model in a run's graph of parts.</summary>
    public const string BasePart = "base";

    /// <summary>Resolves a valid spec; whoever calls has validated it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="inputs">What it names, by the name in the plan.</param>
    public static Recipe Resolve(IRunResource run, IReadOnlyDictionary<string, PinnedInput> inputs)
    {
        var kind = RunKinds.Of(run);
        var spec = kind.WithDefaults(run.Spec);
        return new Recipe
        {
            Form = Recipe.CurrentForm,
            Kind = kind.Type.Name,
            Parts = kind.Parts(spec, inputs),
            Data = Data(spec.Data!, inputs[Execution.DatasetInput]),
            Training = spec.Training!.Normalized(),
            Evaluation = spec.Evaluation!,
            Rerun = string.IsNullOrEmpty(spec.Rerun) ? null : spec.Rerun,
        };
    }

    private static PlanData Data(DataSpec data, PinnedInput input)
    {
        var dataset = (TrainingDataset)input.Resource;
        var set = Defaults.Apply(dataset.Spec);
        return new PlanData
        {
            Dataset = dataset.Metadata.Name,
            Digest = input.Digest,
            Format = set.Format!,
            TrainFile = set.TrainFile!,
            EvaluationFile = set.EvaluationFile,
            Template = data.Template ?? SampleFormats.Find(set.Format)!.Templates[0],
            MaxLength = data.MaxLength,
            OnTooLong = data.OnTooLong,
            OnBadRecord = data.OnBadRecord,
            Packing = data.Packing,
            TrainOn = data.TrainOn,
            License = set.License?.Spdx,
            LicenseNotice = set.License?.Notice,
        };
    }
}
