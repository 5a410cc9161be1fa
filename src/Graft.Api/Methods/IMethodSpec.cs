using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Methods;

/// <summary>
/// A way to adapt a frozen model, as far as it can be told without computing: its settings, which are the same record in a spec and in a
/// plan, and what they mean for the rest of a run. What computes has the same name in Graft.Adapters.
/// </summary>
public interface IMethodSpec
{
    /// <summary>What a run with this method publishes.</summary>
    ArtifactKind Publishes { get; }

    /// <summary>The trained part in words, as a model card has it: <c>A LoRA adapter (rank 8, alpha 16)</c>.</summary>
    string Title { get; }

    /// <summary>The programs that load what is published as it is, in words.</summary>
    string LoadedBy { get; }

    /// <summary>The library that model hubs are told to load it with (<see cref="Libraries"/>).</summary>
    string Library => Libraries.Peft;

    /// <summary>
    /// The layers that these settings choose by the last parts of their names, field <c>targetModules</c>; null where they choose none
    /// by name, or all.
    /// </summary>
    IReadOnlyList<string>? NamedLayers => null;

    /// <summary>What is wrong with these settings beyond what the schema says.</summary>
    /// <param name="at">Where these settings are in the document.</param>
    /// <param name="run">The spec that they are part of, defaults filled in.</param>
    /// <param name="runAt">Where that spec is.</param>
    IEnumerable<SpecProblem> Check(FieldPath at, AdapterTrainingRunSpec run, FieldPath runAt);

    /// <summary>The same settings in the one form that recipes are hashed in: what is a set is sorted and without repetitions.</summary>
    IMethodSpec Normalized();
}
