using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Runs;

/// <summary>
/// A kind of run, as far as it can be told without computing: what it names, what cannot work, and which parts it is made of. Everything
/// else (records, training, checkpoints, publishing, status) is the same for all.
/// </summary>
public interface IRunKind
{
    /// <summary>The resource's type.</summary>
    Type Type { get; }

    /// <summary>Calls back with the resource's type, for what is generic in it.</summary>
    TResult Visit<TResult>(IRunKindVisitor<TResult> visitor);

    /// <summary>What a run names, the data set last.</summary>
    IReadOnlyList<RunInput> Inputs(RunSpec spec);

    /// <summary>A copy of the spec in which every field that is not set and has a default holds it.</summary>
    RunSpec WithDefaults(RunSpec spec);

    /// <summary>What cannot work together, beyond what holds for all kinds.</summary>
    /// <param name="spec">The spec, with defaults.</param>
    /// <param name="at">Where the spec is: a sweep holds one too.</param>
    /// <param name="inputs">What it names, by the name in the plan, as far as that is known.</param>
    IEnumerable<SpecProblem> Check(RunSpec spec, FieldPath at, IReadOnlyDictionary<string, IInputResource> inputs);

    /// <summary>The layers of models that a spec chooses by name.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="at">Where the spec is.</param>
    IEnumerable<NamedLayers> Layers(RunSpec spec, FieldPath at);

    /// <summary>The graph of parts of a valid spec.</summary>
    /// <param name="spec">The spec, with defaults.</param>
    /// <param name="inputs">What it names, by the name in the plan.</param>
    IReadOnlyList<PlanPart> Parts(RunSpec spec, IReadOnlyDictionary<string, PinnedInput> inputs);
}

/// <summary>Layers that a spec chooses by the last parts of their names.</summary>
/// <param name="Model">The name in the plan of the model that has them.</param>
/// <param name="At">The list's place.</param>
/// <param name="Names">The names.</param>
public sealed record NamedLayers(string Model, FieldPath At, IReadOnlyList<string> Names);

/// <summary>Something that is generic in the type of a kind of run.</summary>
/// <typeparam name="TResult">What comes of it.</typeparam>
public interface IRunKindVisitor<TResult>
{
    /// <summary>Called with the type.</summary>
    TResult Visit<TRun>(IRunKind kind)
        where TRun : class, IRunResource;
}

/// <summary>An <see cref="IRunKind"/> of a resource's type and its spec's.</summary>
/// <typeparam name="TResource">The resource.</typeparam>
/// <typeparam name="TSpec">Its spec.</typeparam>
internal abstract class RunKind<TResource, TSpec> : IRunKind
    where TResource : RunResource<TSpec>
    where TSpec : RunSpec, new()
{
    public Type Type => typeof(TResource);

    public TResult Visit<TResult>(IRunKindVisitor<TResult> visitor) => visitor.Visit<TResource>(this);

    public IReadOnlyList<RunInput> Inputs(RunSpec spec) =>
    [
        .. Models((TSpec)spec),
        new RunInput(Execution.DatasetInput, InputKind.Dataset, ["data", "datasetRef"], spec.Data?.DatasetRef?.Name),
    ];

    public RunSpec WithDefaults(RunSpec spec) => Defaulting.Defaults.Apply((TSpec)spec);

    public IEnumerable<SpecProblem> Check(RunSpec spec, FieldPath at, IReadOnlyDictionary<string, IInputResource> inputs) =>
        Check((TSpec)spec, at, inputs);

    public IEnumerable<NamedLayers> Layers(RunSpec spec, FieldPath at) => Layers((TSpec)spec, at);

    public IReadOnlyList<PlanPart> Parts(RunSpec spec, IReadOnlyDictionary<string, PinnedInput> inputs) => Parts((TSpec)spec, inputs);

    protected abstract IEnumerable<RunInput> Models(TSpec spec);

    protected abstract IEnumerable<SpecProblem> Check(TSpec spec, FieldPath at, IReadOnlyDictionary<string, IInputResource> inputs);

    protected virtual IEnumerable<NamedLayers> Layers(TSpec spec, FieldPath at) => [];

    protected abstract IReadOnlyList<PlanPart> Parts(TSpec spec, IReadOnlyDictionary<string, PinnedInput> inputs);
}
