using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Methods;

/// <summary>IA3: y = l ⊙ (W x + b), or y = W (l ⊙ x) + b where the layer ends a feed-forward part; l begins as ones.</summary>
[AtMostOneOf("targetModules", "targetPattern")]
public sealed record Ia3Spec : IMethodSpec
{
    /// <summary>
    /// The linear layers to scale, by the last parts of their names (<c>k_proj</c>, <c>mlp.down_proj</c>), or the one entry
    /// <c>all-linear</c>: every linear layer but the output head. Without it, and without targetPattern, those that make keys and
    /// values and those that end a feed-forward part: for LLaMA k_proj, v_proj and down_proj.
    /// </summary>
    [MaxLength(256)]
    [ItemLength(1, 253)]
    public List<string>? TargetModules { get; init; }

    /// <summary>The linear layers to scale, as a regular expression that their whole name must match.</summary>
    [Length(1, 1024)]
    public string? TargetPattern { get; init; }

    /// <summary>Layers that are not scaled although they match, by the last parts of their names.</summary>
    [MaxLength(256)]
    [ItemLength(1, 253)]
    public List<string>? ExcludeModules { get; init; }

    /// <summary>
    /// Which of these layers are scaled at their input instead of their output, by the last parts of their names. Without it, those
    /// that end a feed-forward part.
    /// </summary>
    [MaxLength(256)]
    [ItemLength(1, 253)]
    public List<string>? FeedforwardModules { get; init; }

    IReadOnlyList<string>? IMethodSpec.NamedLayers => TargetNames.Named(TargetModules);

    ArtifactKind IMethodSpec.Publishes => ArtifactKind.Adapter;

    string IMethodSpec.Title => "An IA3 adapter";

    string IMethodSpec.LoadedBy => "PEFT";

    IMethodSpec IMethodSpec.Normalized()
    {
        return this with
        {
            TargetModules = TargetNames.Set(TargetModules),
            ExcludeModules = TargetNames.Set(ExcludeModules),
            FeedforwardModules = TargetNames.Set(FeedforwardModules),
        };
    }

    IEnumerable<SpecProblem> IMethodSpec.Check(FieldPath at, AdapterTrainingRunSpec run, FieldPath runAt)
    {
        return TargetNames.Check(at, TargetModules, TargetPattern);
    }
}
