using Graft.Api.Defaulting;
using Graft.Api.Methods;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in an AdapterTrainingRun and in what it names. Each rule is a method.</summary>
internal static class RunRules
{
    private static readonly IReadOnlyList<Func<Subject, SpecProblem?>> Rules =
    [
        RandomWeightsAreTrainedInFull,
        ExactMatchNeedsAnswers,
    ];

    /// <summary>What is wrong with a run whose spec follows its schema.</summary>
    /// <param name="spec">The run's spec.</param>
    /// <param name="at">Where the spec is: a sweep holds one too.</param>
    /// <param name="name">The run's name; null where it is not known yet.</param>
    /// <param name="model">The spec of its base model, if known.</param>
    /// <param name="dataset">The spec of its data set, if known.</param>
    public static IEnumerable<SpecProblem> Check(
        AdapterTrainingRunSpec spec, FieldPath at, string? name, BaseModelSpec? model, TrainingDatasetSpec? dataset)
    {
        var subject = new Subject(
            Defaults.Apply(spec),
            at,
            model is null ? null : Defaults.Apply(model),
            dataset is null ? null : Defaults.Apply(dataset));
        var method = subject.Spec.Method!;
        return method.Selected.Check(at.Field("method", method.SelectedName), subject.Spec, at)
            .Concat(Rules.Select(rule => rule(subject)).OfType<SpecProblem>())
            .Concat(DataRules.Check(subject.Spec.Data!, subject.Spec.Evaluation, at, subject.Dataset))
            .Concat(SettingsRules.Check(subject.Spec.Training, subject.Spec.Tracking, subject.Spec.Publish, subject.Spec.Pod, at, name));
    }

    private static SpecProblem? RandomWeightsAreTrainedInFull(Subject run)
    {
        return run is { Spec.Method.Selected.Publishes: ArtifactKind.Adapter, Model.RandomInitialization: not null }
            ? SpecProblem.Impossible(
                run.At.Field("method", run.Spec.Method.SelectedName),
                $"the base model \"{run.Spec.BaseModelRef!.Name}\" has random weights, which an adapter would keep as they are",
                "choose the method \"full: {}\" to pre-train it, or name a trained base model")
            : null;
    }

    private static SpecProblem? ExactMatchNeedsAnswers(Subject run)
    {
        return run is { Spec.Evaluation.GenerateRecords: > 0, Dataset.Format: "text" }
            ? SpecProblem.Impossible(
                run.At.Field("evaluation", "generateRecords"),
                "records of the format text have no answer to compare a generated one with",
                "leave it out; the loss is measured all the same")
            : null;
    }

    private sealed record Subject(AdapterTrainingRunSpec Spec, FieldPath At, BaseModelSpec? Model, TrainingDatasetSpec? Dataset);
}
