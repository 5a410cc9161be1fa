using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Methods;

/// <summary>Training of every weight; it has no settings of its own.</summary>
public sealed record FullSpec : IMethodSpec
{
    ArtifactKind IMethodSpec.Publishes => ArtifactKind.Model;

    string IMethodSpec.Title => "A language model";

    string IMethodSpec.LoadedBy => "transformers";

    string IMethodSpec.Library => Libraries.Transformers;

    IMethodSpec IMethodSpec.Normalized()
    {
        return this;
    }

    IEnumerable<SpecProblem> IMethodSpec.Check(FieldPath at, AdapterTrainingRunSpec run, FieldPath runAt)
    {
        if (run.Training?.Precision is { } precision and not "float32")
        {
            yield return SpecProblem.Impossible(
                runAt.Field("training", "precision"),
                $"the method full trains the weights themselves, and {precision} is too coarse for their steps",
                "leave it out: float32 is the default");
        }
    }
}
