using Graft.Api.Documents;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using k8s;

namespace Graft.Api.Validation;

/// <summary>
/// Says what is wrong with a resource: first what its schema forbids, and if that is nothing, what cannot work together. The
/// operator and the command line both ask here, so that a condition and <c>graft validate</c> say the same.
/// </summary>
public static class SpecValidator
{
    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    /// <summary>Checks a base model.</summary>
    public static IReadOnlyList<SpecProblem> Validate(BaseModel model)
    {
        return Validate<BaseModel>(model.Spec, () => Rules(model));
    }

    /// <summary>Checks a data set.</summary>
    public static IReadOnlyList<SpecProblem> Validate(TrainingDataset dataset)
    {
        return Validate<TrainingDataset>(dataset.Spec, () => Rules(dataset));
    }

    /// <summary>Checks a run, together with what it names as far as that is known.</summary>
    public static IReadOnlyList<SpecProblem> Validate(AdapterTrainingRun run, BaseModel? model = null, TrainingDataset? dataset = null)
    {
        return Validate<AdapterTrainingRun>(run.Spec, () => Rules(run, model, dataset));
    }

    /// <summary>Checks a projector's pre-training, together with its data set where that is known.</summary>
    public static IReadOnlyList<SpecProblem> Validate(ProjectionPretrain run, TrainingDataset? dataset = null)
    {
        return Validate<ProjectionPretrain>(run.Spec, () => Rules(run, dataset));
    }

    /// <summary>Checks a sweep and its template.</summary>
    public static IReadOnlyList<SpecProblem> Validate(AdapterSweep sweep)
    {
        return Validate<AdapterSweep>(sweep.Spec, () => Rules(sweep));
    }

    internal static IEnumerable<SpecProblem> Rules(BaseModel model)
    {
        return InputRules.Check(model.Spec, SpecPath);
    }

    internal static IEnumerable<SpecProblem> Rules(TrainingDataset dataset)
    {
        return InputRules.Check(dataset.Spec, SpecPath);
    }

    internal static IEnumerable<SpecProblem> Rules(AdapterTrainingRun run, BaseModel? model, TrainingDataset? dataset)
    {
        return RunRules.Check(run.Spec, SpecPath, run.Metadata?.Name, model?.Spec, dataset?.Spec);
    }

    internal static IEnumerable<SpecProblem> Rules(ProjectionPretrain run, TrainingDataset? dataset)
    {
        return ProjectionRules.Check(run.Spec, SpecPath, run.Metadata?.Name, dataset?.Spec);
    }

    internal static IEnumerable<SpecProblem> Rules(AdapterSweep sweep)
    {
        return SweepRules.Check(sweep.Spec, SpecPath);
    }

    private static IReadOnlyList<SpecProblem> Validate<T>(object spec, Func<IEnumerable<SpecProblem>> rules)
    {
        var problems = SchemaChecker.Check(
            ResourceKind.For(typeof(T)).SpecSchema, DocumentJson.Read(KubernetesJson.Serialize(spec)), SpecPath);
        return problems.Count > 0 ? problems : [.. rules()];
    }
}
