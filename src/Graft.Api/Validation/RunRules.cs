using Graft.Api.Defaulting;
using Graft.Api.Planning;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in a run of whatever kind and in what it names.</summary>
internal static class RunRules
{
    /// <summary>What is wrong with a run whose spec follows its schema.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="spec">The run's spec.</param>
    /// <param name="at">Where the spec is: a sweep holds one too.</param>
    /// <param name="name">The run's name; null where it is not known yet.</param>
    /// <param name="inputs">What it names, by the name in the plan, as far as that is known.</param>
    public static IEnumerable<SpecProblem> Check(
        IRunKind kind, RunSpec spec, FieldPath at, string? name, IReadOnlyDictionary<string, IInputResource> inputs)
    {
        spec = kind.WithDefaults(spec);
        var dataset = inputs.GetValueOrDefault(Execution.DatasetInput) is TrainingDataset known ? Defaults.Apply(known.Spec) : null;
        return kind.Check(spec, at, inputs)
            .Concat(DataRules.Check(spec.Data!, spec.Evaluation, at, dataset))
            .Concat(SettingsRules.Check(spec.Training, spec.Tracking, spec.Publish, spec.Pod, at, name));
    }
}
