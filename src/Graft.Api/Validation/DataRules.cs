using Graft.Api.Data;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;

namespace Graft.Api.Validation;

/// <summary>What cannot work together in a run's data and evaluation and in the data set that it names.</summary>
internal static class DataRules
{
    /// <summary>Checks the data and evaluation settings, with their defaults, of the spec at a path.</summary>
    public static IEnumerable<SpecProblem> Check(DataSpec data, EvaluationSpec? evaluation, FieldPath at, TrainingDatasetSpec? dataset)
    {
        return dataset is null
            ? []
            : new[]
            {
                TemplateFitsTheRecords(data, at, dataset),
                PackingIsForText(data, at, dataset),
                LastAnswerNeedsAnswers(data, at, dataset),
                EvaluationNeedsHeldOutRecords(data, evaluation, at, dataset),
                ExactMatchNeedsAnswers(evaluation, at, dataset),
            }.OfType<SpecProblem>();
    }

    private static SpecProblem? TemplateFitsTheRecords(DataSpec data, FieldPath at, TrainingDatasetSpec dataset)
    {
        var fitting = SampleFormats.Find(dataset.Format)!.Templates;
        return data.Template is { } template && !fitting.Contains(template)
            ? SpecProblem.Impossible(
                at.Field("data", "template"),
                $"the template {template} cannot render records of the format {dataset.Format}, which \"{data.DatasetRef!.Name}\" has",
                $"choose {string.Join(" or ", fitting)}, or leave it out")
            : null;
    }

    private static SpecProblem? PackingIsForText(DataSpec data, FieldPath at, TrainingDatasetSpec dataset)
    {
        return data.Packing && !SampleFormats.Find(dataset.Format)!.CanBePacked
            ? SpecProblem.Impossible(
                at.Field("data", "packing"),
                $"packing joins texts end to end, and the records of \"{data.DatasetRef!.Name}\" have the format {dataset.Format}",
                $"leave it out, or use a data set of the format {SampleFormats.Those(format => format.CanBePacked)}")
            : null;
    }

    private static SpecProblem? LastAnswerNeedsAnswers(DataSpec data, FieldPath at, TrainingDatasetSpec dataset)
    {
        return data.TrainOn != PlanData.AllAnswers && !SampleFormats.Find(dataset.Format)!.HasAnswer
            ? SpecProblem.Impossible(
                at.Field("data", "trainOn"),
                $"records of the format {dataset.Format}, which \"{data.DatasetRef!.Name}\" has, are trained on as a whole and have no answers",
                "leave it out")
            : null;
    }

    private static SpecProblem? EvaluationNeedsHeldOutRecords(
        DataSpec data, EvaluationSpec? evaluation, FieldPath at, TrainingDatasetSpec dataset)
    {
        var field = evaluation switch
        {
            { GenerateRecords: > 0 } => "generateRecords",
            { EverySteps: > 0 } => "everySteps",
            { MaxRecords: not null } => "maxRecords",
            _ => null,
        };
        return field is not null && dataset.EvaluationFile is null
            ? SpecProblem.Impossible(
                at.Field("evaluation", field),
                $"there is nothing to evaluate on: \"{data.DatasetRef!.Name}\" has no evaluationFile",
                $"name a file of held-out records there, or leave {field} out")
            : null;
    }

    private static SpecProblem? ExactMatchNeedsAnswers(EvaluationSpec? evaluation, FieldPath at, TrainingDatasetSpec dataset)
    {
        return evaluation is { GenerateRecords: > 0 } && !SampleFormats.Find(dataset.Format)!.HasAnswer
            ? SpecProblem.Impossible(
                at.Field("evaluation", "generateRecords"),
                $"records of the format {dataset.Format} have no answer to compare a generated one with",
                "leave it out; the loss is measured all the same")
            : null;
    }
}
