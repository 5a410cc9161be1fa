using System.Text.RegularExpressions;
using Graft.Api.Defaulting;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in an AdapterTrainingRun and in what it names. Each rule is a method.</summary>
internal static class RunRules
{
    private const string AllLinear = "all-linear";

    private static readonly IReadOnlyList<Func<Subject, SpecProblem?>> Rules =
    [
        TargetPatternIsARegularExpression,
        AllLinearStandsAlone,
        InitializationFromTheWeightsExcludesDora,
        FullTrainingKeepsFloat32,
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
        return Rules.Select(rule => rule(subject)).OfType<SpecProblem>()
            .Concat(DataRules.Check(subject.Spec.Data!, subject.Spec.Evaluation, at, subject.Dataset))
            .Concat(SettingsRules.Check(subject.Spec.Training, subject.Spec.Tracking, subject.Spec.Publish, subject.Spec.Pod, at, name));
    }

    private static SpecProblem? TargetPatternIsARegularExpression(Subject run)
    {
        if (run.Spec.Method!.Lora?.TargetPattern is not { } pattern)
        {
            return null;
        }

        try
        {
            _ = new Regex(pattern);
            return null;
        }
        catch (ArgumentException error)
        {
            return new SpecProblem(
                Severity.Error,
                ProblemCodes.BadFormat,
                run.At.Field("method", "lora", "targetPattern"),
                $"this is not a regular expression: {error.Message}",
                "the whole name of a layer must match it, as in \".*\\.(q|v)_proj\"");
        }
    }

    private static SpecProblem? AllLinearStandsAlone(Subject run)
    {
        return run.Spec.Method!.Lora?.TargetModules is { Count: > 1 } modules && modules.Contains(AllLinear)
            ? SpecProblem.Impossible(
                run.At.Field("method", "lora", "targetModules"),
                $"{AllLinear} stands beside other names",
                $"write [{AllLinear}] alone, or name the layers")
            : null;
    }

    private static SpecProblem? InitializationFromTheWeightsExcludesDora(Subject run)
    {
        // Both change the frozen weight that the other one starts from.
        return run.Spec.Method!.Lora is { Dora: true, Initialization: "pissa" or "olora" } lora
            ? SpecProblem.Impossible(
                run.At.Field("method", "lora", "initialization"),
                $"{lora.Initialization} cannot be combined with dora",
                "choose \"default\" or \"gaussian\", or set dora: false")
            : null;
    }

    private static SpecProblem? FullTrainingKeepsFloat32(Subject run)
    {
        return run.Spec is { Method.Full: not null, Training.Precision: { } precision and not "float32" }
            ? SpecProblem.Impossible(
                run.At.Field("training", "precision"),
                $"the method full trains the weights themselves, and {precision} is too coarse for their steps",
                "leave it out: float32 is the default")
            : null;
    }

    private static SpecProblem? RandomWeightsAreTrainedInFull(Subject run)
    {
        return run is { Spec.Method.Lora: not null, Model.RandomInitialization: not null }
            ? SpecProblem.Impossible(
                run.At.Field("method", "lora"),
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
