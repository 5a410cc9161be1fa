using System.ComponentModel.DataAnnotations;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Methods;

/// <summary>Prompt tuning: learned vectors that stand as tokens in front of the input, and nothing else.</summary>
public sealed record PromptTuningSpec : IMethodSpec
{
    /// <summary>How many virtual tokens there are. They take as many of the model's positions.</summary>
    [Range(1, 4096)]
    public int VirtualTokens { get; init; } = 20;

    /// <summary>
    /// How they begin: <c>vocabulary</c> (as the embeddings of tokens drawn at random), <c>text</c> (as those of a text's tokens), or
    /// <c>random</c> (as standard normal numbers, PEFT's usual start).
    /// </summary>
    [AllowedValues("vocabulary", "text", "random")]
    public string Initialization { get; init; } = "vocabulary";

    /// <summary>
    /// The text that initialization <c>text</c> begins from: its tokens are cut off, or repeated, until there are enough.
    /// </summary>
    [Length(1, 8192)]
    public string? Text { get; init; }

    ArtifactKind IMethodSpec.Publishes => ArtifactKind.Adapter;

    string IMethodSpec.Title => $"A soft prompt of {VirtualTokens} virtual tokens";

    string IMethodSpec.LoadedBy => "PEFT";

    IMethodSpec IMethodSpec.Normalized()
    {
        return this;
    }

    IEnumerable<SpecProblem> IMethodSpec.Check(FieldPath at, AdapterTrainingRunSpec run, FieldPath runAt)
    {
        if (Initialization == "text" != Text is not null)
        {
            yield return Text is null
                ? SpecProblem.Impossible(
                    at.Field("initialization"), "there is no text to begin from", "set text, or another initialization")
                : SpecProblem.Impossible(
                    at.Field("text"), $"initialization {Initialization} begins from no text",
                    "set initialization to text, or leave out text");
        }
    }
}
