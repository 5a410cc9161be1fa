using Graft.Api.Documents;
using Graft.Api.Runs;
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
        return Validate(typeof(BaseModel), model.Spec, () => Rules(model));
    }

    /// <summary>Checks a data set.</summary>
    public static IReadOnlyList<SpecProblem> Validate(TrainingDataset dataset)
    {
        return Validate(typeof(TrainingDataset), dataset.Spec, () => Rules(dataset));
    }

    /// <summary>Checks a run of whatever kind, together with what it names, by the name in the plan, as far as that is known.</summary>
    public static IReadOnlyList<SpecProblem> Validate(IRunResource run, IReadOnlyDictionary<string, IInputResource>? inputs = null)
    {
        return Validate(run.GetType(), run.Spec, () => Rules(run, inputs ?? new Dictionary<string, IInputResource>()));
    }

    /// <summary>Checks a sweep and its template.</summary>
    public static IReadOnlyList<SpecProblem> Validate(AdapterSweep sweep)
    {
        return Validate(typeof(AdapterSweep), sweep.Spec, () => Rules(sweep));
    }

    internal static IEnumerable<SpecProblem> Rules(BaseModel model)
    {
        return InputRules.Check(model.Spec, SpecPath);
    }

    internal static IEnumerable<SpecProblem> Rules(TrainingDataset dataset)
    {
        return InputRules.Check(dataset.Spec, SpecPath);
    }

    internal static IEnumerable<SpecProblem> Rules(IRunResource run, IReadOnlyDictionary<string, IInputResource> inputs)
    {
        return RunRules.Check(RunKinds.Of(run), run.Spec, SpecPath, run.Metadata?.Name, inputs);
    }

    internal static IEnumerable<SpecProblem> Rules(AdapterSweep sweep)
    {
        return SweepRules.Check(sweep.Spec, SpecPath);
    }

    private static IReadOnlyList<SpecProblem> Validate(Type type, object spec, Func<IEnumerable<SpecProblem>> rules)
    {
        var (problems, more) = SchemaChecker.Check(
            ResourceKind.For(type).SpecSchema, DocumentJson.Read(KubernetesJson.Serialize(spec)), SpecPath);
        return problems.Count == 0 ? [.. rules()]
            : more > 0 ? [.. problems, SpecProblem.More(Severity.Error, more)]
            : problems;
    }
}
