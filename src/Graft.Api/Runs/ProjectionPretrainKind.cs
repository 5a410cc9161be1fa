using Graft.Api.Data;
using Graft.Api.Defaulting;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Runs;

/// <summary>A frozen encoder and a frozen language model, with a trained projector between them.</summary>
internal sealed class ProjectionPretrainKind : RunKind<ProjectionPretrain, ProjectionPretrainSpec>
{
    private const string EncoderPart = "encoder";

    protected override IEnumerable<RunInput> Models(ProjectionPretrainSpec spec) =>
    [
        new RunInput(EncoderPart, InputKind.BaseModel, ["encoderRef"], spec.EncoderRef?.Name),
        new RunInput(RecipeResolver.BasePart, InputKind.BaseModel, ["languageModelRef"], spec.LanguageModelRef?.Name),
    ];

    protected override IEnumerable<SpecProblem> Check(
        ProjectionPretrainSpec spec, FieldPath at, IReadOnlyDictionary<string, IInputResource> inputs)
    {
        if (spec.EncoderRef!.Name == spec.LanguageModelRef!.Name)
        {
            yield return SpecProblem.Impossible(
                at.Field("encoderRef", "name"),
                $"\"{spec.EncoderRef.Name}\" is named as encoder and as language model",
                "name two BaseModels: a projector leads from one to the other");
        }

        if (inputs.GetValueOrDefault(Execution.DatasetInput) is TrainingDataset dataset && !HasPictures(dataset))
        {
            yield return SpecProblem.Impossible(
                at.Field("data", "datasetRef", "name"),
                $"the records of \"{dataset.Metadata.Name}\" have no pictures, and a projector learns from them",
                $"name a data set of the format {SampleFormats.Those(format => format.HasPicture)}");
        }
    }

    protected override IReadOnlyList<PlanPart> Parts(ProjectionPretrainSpec spec, IReadOnlyDictionary<string, PinnedInput> inputs) =>
    [
        new EncoderPart(EncoderPart, inputs[EncoderPart]),
        new LanguageModelPart(RecipeResolver.BasePart, inputs[RecipeResolver.BasePart]),
        new ProjectorPart { Name = "projector", From = EncoderPart, Into = RecipeResolver.BasePart, Projector = spec.Projector! },
    ];

    private static bool HasPictures(TrainingDataset dataset) =>
        SampleFormats.Find(Defaults.Apply(dataset.Spec).Format) is { HasPicture: true };
}
