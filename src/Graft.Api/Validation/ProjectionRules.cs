using Graft.Api.Defaulting;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in a ProjectionPretrain and in what it names.</summary>
internal static class ProjectionRules
{
    /// <summary>What is wrong with a spec that follows its schema; see <see cref="RunRules.Check"/>.</summary>
    public static IEnumerable<SpecProblem> Check(ProjectionPretrainSpec spec, FieldPath at, string? name, TrainingDatasetSpec? dataset)
    {
        spec = Defaults.Apply(spec);
        return PartsDiffer(spec, at)
            .Concat(DataRules.Check(spec.Data!, spec.Evaluation, at, dataset is null ? null : Defaults.Apply(dataset)))
            .Concat(SettingsRules.Check(spec.Training, spec.Tracking, spec.Publish, spec.Pod, at, name));
    }

    private static IEnumerable<SpecProblem> PartsDiffer(ProjectionPretrainSpec spec, FieldPath at)
    {
        if (spec.EncoderRef!.Name == spec.LanguageModelRef!.Name)
        {
            yield return new SpecProblem(
                Severity.Error,
                ProblemCodes.ImpossibleCombination,
                at.Field("encoderRef", "name"),
                $"\"{spec.EncoderRef.Name}\" is named as encoder and as language model",
                "name two BaseModels: a projector leads from one to the other");
        }
    }
}
