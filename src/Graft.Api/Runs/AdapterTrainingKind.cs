using Graft.Api.Data;
using Graft.Api.Methods;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Runs;

/// <summary>A frozen language model, adapted by one method.</summary>
internal sealed class AdapterTrainingKind : RunKind<AdapterTrainingRun, AdapterTrainingRunSpec>
{
    protected override IEnumerable<RunInput> Models(AdapterTrainingRunSpec spec) =>
        [new RunInput(RecipeResolver.BasePart, InputKind.BaseModel, ["baseModelRef"], spec.BaseModelRef?.Name)];

    protected override IEnumerable<SpecProblem> Check(
        AdapterTrainingRunSpec spec, FieldPath at, IReadOnlyDictionary<string, IInputResource> inputs)
    {
        var method = spec.Method!;
        return method.Selected.Check(at.Field("method", method.SelectedName), spec, at)
            .Concat(RandomWeightsAreTrainedInFull(spec, at, inputs.GetValueOrDefault(RecipeResolver.BasePart) as BaseModel))
            .Concat(PicturesAreNotSeen(at, inputs.GetValueOrDefault(Execution.DatasetInput) as TrainingDataset));
    }

    protected override IEnumerable<NamedLayers> Layers(AdapterTrainingRunSpec spec, FieldPath at)
    {
        if (spec.Method is { Selected.NamedLayers: { } names } method)
        {
            yield return new NamedLayers(RecipeResolver.BasePart, at.Field("method", method.SelectedName, "targetModules"), names);
        }
    }

    protected override IReadOnlyList<PlanPart> Parts(AdapterTrainingRunSpec spec, IReadOnlyDictionary<string, PinnedInput> inputs) =>
    [
        new LanguageModelPart(RecipeResolver.BasePart, inputs[RecipeResolver.BasePart]),
        new AdapterPart { Name = Recipe.AdapterPartName, On = RecipeResolver.BasePart, Method = spec.Method!.Normalized() },
    ];

    private static IEnumerable<SpecProblem> PicturesAreNotSeen(FieldPath at, TrainingDataset? dataset)
    {
        if (SampleFormats.Find(dataset?.Spec.Format) is { HasPicture: true } format)
        {
            yield return SpecProblem.Impossible(
                at.Field("data", "datasetRef", "name"),
                $"the records of \"{dataset!.Metadata.Name}\" have pictures ({format.Name}), and a language model alone sees none",
                "train a projector on them (ProjectionPretrain), or name a data set of texts");
        }
    }

    private static IEnumerable<SpecProblem> RandomWeightsAreTrainedInFull(AdapterTrainingRunSpec spec, FieldPath at, BaseModel? model)
    {
        if (spec.Method!.Selected.Publishes == ArtifactKind.Adapter && model?.Spec.RandomInitialization is not null)
        {
            yield return SpecProblem.Impossible(
                at.Field("method", spec.Method.SelectedName),
                $"the base model \"{spec.BaseModelRef!.Name}\" has random weights, which an adapter would keep as they are",
                "choose the method \"full: {}\" to pre-train it, or name a trained base model");
        }
    }
}
