using System.ComponentModel.DataAnnotations;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Methods;

/// <summary>Prefix tuning: learned keys and values that every layer's attention sees in front of its own.</summary>
public sealed record PrefixTuningSpec : IMethodSpec
{
    /// <summary>How many virtual tokens there are. They take as many of the model's positions.</summary>
    [Range(1, 4096)]
    public int VirtualTokens { get; init; } = 20;

    /// <summary>
    /// Train them through a small network, prefix = W₂ tanh(W₁ e), as the paper does against unstable training. Only what it gives is
    /// published.
    /// </summary>
    public bool Projection { get; init; }

    /// <summary>How wide that network is inside. Without it, as wide as a layer's keys.</summary>
    [Range(1, 65536)]
    public int? ProjectionSize { get; init; }

    ArtifactKind IMethodSpec.Publishes => ArtifactKind.Adapter;

    string IMethodSpec.Title =>
        $"A prefix of {VirtualTokens} virtual tokens in every layer{(Projection ? ", trained through a small network" : "")}";

    string IMethodSpec.LoadedBy => "PEFT";

    IMethodSpec IMethodSpec.Normalized()
    {
        return this;
    }

    IEnumerable<SpecProblem> IMethodSpec.Check(FieldPath at, AdapterTrainingRunSpec run, FieldPath runAt)
    {
        if (ProjectionSize is not null && !Projection)
        {
            yield return SpecProblem.Impossible(
                at.Field("projectionSize"), "there is no projection whose size it could be", "set projection: true, or leave it out");
        }
    }
}
