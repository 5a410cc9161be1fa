using Graft.Api.Schema;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in the settings that all runs share: training, publishing, pod.</summary>
internal static class SettingsRules
{
    private static readonly SchemaNode ArtifactName =
        new SchemaBuilder(Descriptions.None).Build(typeof(PublishSpec)).Field("name")!.Schema;

    /// <summary>Checks the settings, with their defaults, of the spec at a path.</summary>
    public static IEnumerable<SpecProblem> Check(
        TrainingSpec? training, TrackingSpec? tracking, PublishSpec? publish, PodSettings? pod, FieldPath at, string? name)
    {
        return new[]
        {
            WarmupEndsBeforeTraining(training, at),
            ArtifactHasAName(publish, at, name),
        }.OfType<SpecProblem>().Concat(PodRules.Check(pod, tracking, at));
    }

    private static SpecProblem? WarmupEndsBeforeTraining(TrainingSpec? training, FieldPath at)
    {
        return training is not { WarmupSteps: { } warmup, MaxSteps: { } steps } || warmup < steps
            ? null
            : steps == 1
            ? SpecProblem.Impossible(
                at.Field("training", "warmupSteps"),
                $"the learning rate is 0 in the only step: a warm-up of {warmup} begins at 0, and nothing is learned",
                "set warmupSteps: 0, or raise maxSteps")
            : SpecProblem.LikelyMistake(
                at.Field("training", "warmupSteps"),
                $"the learning rate still rises when the training ends: {warmup} warm-up steps of {steps}",
                "a few per cent of all steps are usual: warmupRatio: \"0.03\"");
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
}
