using Graft.Api.Defaulting;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in a BaseModel or a TrainingDataset.</summary>
internal static class InputRules
{
    /// <summary>Checks a base model whose spec follows its schema.</summary>
    public static IEnumerable<SpecProblem> Check(BaseModelSpec spec, FieldPath at)
    {
        return ReferenceIsPinned(spec.Source!.Oci, spec.Digest, at).Concat(PodRules.Check(spec.Pod, at));
    }

    /// <summary>Checks a data set whose spec follows its schema.</summary>
    public static IEnumerable<SpecProblem> Check(TrainingDatasetSpec spec, FieldPath at)
    {
        return ReferenceIsPinned(spec.Source!.Oci, spec.Digest, at)
            .Concat(EvaluationIsHeldOut(Defaults.Apply(spec), at))
            .Concat(PodRules.Check(spec.Pod, at));
    }

    private static IEnumerable<SpecProblem> ReferenceIsPinned(OciSource? oci, string? digest, FieldPath at)
    {
        // A colon before the last slash belongs to the registry's port.
        if (digest is null
            && oci?.Reference is { } reference
            && !reference[reference.LastIndexOf('/')..].Contains(':', StringComparison.Ordinal))
        {
            yield return SpecProblem.LikelyMistake(
                at.Field("source", "oci", "reference"),
                $"\"{reference}\" has no tag and no digest: what it means may change at any time",
                "add a tag (:1) or, better, a digest (@sha256:…)");
        }
    }

    private static IEnumerable<SpecProblem> EvaluationIsHeldOut(TrainingDatasetSpec spec, FieldPath at)
    {
        if (spec.EvaluationFile == spec.TrainFile)
        {
            yield return SpecProblem.LikelyMistake(
                at.Field("evaluationFile"),
                $"the records of \"{spec.TrainFile}\" are trained on and evaluated on",
                "hold some records out: a score on seen records says little");
        }
    }
}
