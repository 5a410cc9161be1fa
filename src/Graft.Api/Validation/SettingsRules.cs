using Graft.Api.Schema;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in the settings that all runs share: training, publishing, pod.</summary>
internal static class SettingsRules
{
    private static readonly SchemaNode ArtifactName =
        ResourceKind.For(typeof(AdapterTrainingRun)).SpecSchema.Field("publish")!.Schema.Field("name")!.Schema;

    /// <summary>Checks the settings, with their defaults, of the spec at a path.</summary>
    public static IEnumerable<SpecProblem> Check(TrainingSpec? training, PublishSpec? publish, PodSettings? pod, FieldPath at, string? name)
    {
        return new[]
        {
            WarmupEndsBeforeTraining(training, at),
            ArtifactHasAName(publish, at, name),
        }.Concat(Tolerations(pod, at)).OfType<SpecProblem>();
    }

    private static SpecProblem? WarmupEndsBeforeTraining(TrainingSpec? training, FieldPath at)
    {
        return training is { WarmupSteps: { } warmup, MaxSteps: { } steps } && warmup >= steps
            ? SpecProblem.LikelyMistake(
                at.Field("training", "warmupSteps"),
                $"the learning rate still rises when the training ends: {warmup} warm-up steps of {steps}",
                "a few per cent of all steps are usual: warmupRatio: \"0.03\"")
            : null;
    }

    private static SpecProblem? ArtifactHasAName(PublishSpec? publish, FieldPath at, string? name)
    {
        if (publish?.Name is not null || name is null)
        {
            return null;
        }

        return name.Length > ArtifactName.MaxLength || !ScalarChecks.Matches(ArtifactName.Pattern!, name)
            ? new SpecProblem(
                Severity.Error,
                ProblemCodes.BadName,
                at.Field("publish", "name"),
                $"the run's name \"{name}\" cannot name an artifact",
                $"set a name of at most {ArtifactName.MaxLength} characters here: {ArtifactName.PatternMeaning}")
            : null;
    }

    private static IEnumerable<SpecProblem> Tolerations(PodSettings? pod, FieldPath at)
    {
        return (pod?.Tolerations ?? []).Select((toleration, index) =>
        {
            var path = at.Field("pod", "tolerations").Item(index);
            return toleration switch
            {
                { Operator: "Exists", Value.Length: > 0 } => SpecProblem.Impossible(
                    path.Field("value"), "the operator Exists compares no value", "leave the value out"),
                { Operator: not "Exists", Key: null } => SpecProblem.Impossible(
                    path.Field("key"), "a toleration without a key tolerates every taint", "set a key, or operator: Exists"),
                _ => null,
            };
        }).OfType<SpecProblem>();
    }
}
