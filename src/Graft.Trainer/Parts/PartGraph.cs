using Graft.Adapters;
using Graft.Models;
using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Trainer.Parts;

/// <summary>Something trained, with its name in the plan and the frozen model through which it acts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="On">The name of the model on whose passes its hooks act.</param>
/// <param name="Part">What is trained.</param>
public sealed record NamedPart(string Name, string On, ITrainedPart Part);

/// <summary>
/// The parts of one run: frozen models, which other runs may share, and what is trained on and between them, which is its own. Names of
/// parameters are those of the trained part, with the part's name in front where there are several.
/// </summary>
public sealed class PartGraph : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _leases;

    /// <summary>Joins parts.</summary>
    /// <param name="models">The frozen models by name; one is a language model.</param>
    /// <param name="trained">What is trained; owned from here on.</param>
    /// <param name="leases">What is disposed with the graph.</param>
    public PartGraph(
        IReadOnlyDictionary<string, IFrozenModel> models, IReadOnlyList<NamedPart> trained, IReadOnlyList<IDisposable>? leases = null)
    {
        (Models, Trained, _leases) = (models, trained, leases ?? []);
        var (name, model) = models.Single(entry => entry.Value is ICausalLanguageModel);
        LanguageModel = (ICausalLanguageModel)model;
        Hooks = HooksOf(name, part => part.Hooks) ?? ModelHooks.None;
        TrainingHooks = HooksOf(name, part => part.TrainingHooks) ?? ModelHooks.None;
        Groups =
        [
            .. trained.SelectMany(entry => entry.Part.Groups.Select(
                group => group with { Name = Named(entry, group.Name), Parameters = Named(entry, group.Parameters) })),
        ];
        Trainable = [.. trained.SelectMany(entry => Named(entry, entry.Part.Trainable))];
        State = trained.SelectMany(entry => entry.Part.State.Select(state => KeyValuePair.Create($"{entry.Name}.{state.Key}", state.Value)))
            .ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>The frozen models by name.</summary>
    public IReadOnlyDictionary<string, IFrozenModel> Models { get; }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<NamedPart> Trained { get; }

    /// <summary>The language model.</summary>
    public ICausalLanguageModel LanguageModel { get; }

    /// <summary>How all that is trained acts on the language model in evaluation and generation.</summary>
    public ModelHooks Hooks { get; }

    /// <summary>The same in training.</summary>
    public ModelHooks TrainingHooks { get; }

    /// <summary>What is updated, in groups.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>What is updated.</summary>
    public IReadOnlyList<TrainableParameter> Trainable { get; }

    /// <summary>Every tensor that a checkpoint keeps, by PART.NAME.</summary>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Whether training has moved nothing.</summary>
    public bool IsUntrained => Trained.All(entry => entry.Part.IsUntrained);

    /// <summary>The number of frozen weights.</summary>
    public long FrozenParameters => Models.Values.Sum(model => model.Parameters.Values.Sum(weight => weight.numel()));

    /// <summary>The number of trained weights.</summary>
    public long TrainedParameters => Trained.Sum(entry => entry.Part.TrainableCount());

    /// <summary>The smallest absolute value among what is trained, in units of its group's learning rate; 0 where nothing is.</summary>
    public double SmallestWeight()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return Groups
            .SelectMany(group => group.Parameters.Select(parameter => parameter.Value.abs().min().item<float>() / group.RateScale))
            .DefaultIfEmpty()
            .Min();
    }

    /// <summary>A language model with an adapter, or alone; the model stays the caller's.</summary>
    public static PartGraph Of(ICausalLanguageModel model, ITrainedPart? adapter = null) => new(
        new Dictionary<string, IFrozenModel> { [Api.Planning.RecipeResolver.BasePart] = model },
        adapter is null ? [] : [new NamedPart(Api.Planning.Recipe.AdapterPartName, Api.Planning.RecipeResolver.BasePart, adapter)]);

    /// <summary>What differs from a frozen model for those of the trained parts that act on it; null for nothing.</summary>
    public static ModelHooks? HooksOf(string model, IEnumerable<NamedPart> trained, Func<ITrainedPart, ModelHooks> hooks) =>
        trained.Where(entry => entry.On == model).Select(entry => hooks(entry.Part)).ToList() is { Count: > 0 } found
            ? ModelHooks.Combine(found)
            : null;

    /// <summary>Copies saved tensors into <see cref="State"/>.</summary>
    /// <exception cref="AdapterException">A tensor is missing, unexpected or has another shape.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> tensors, string source) => AdapterState.Copy(tensors, State, source);

    public void Dispose()
    {
        foreach (var entry in Trained)
        {
            entry.Part.Dispose();
        }

        foreach (var lease in _leases)
        {
            lease.Dispose();
        }
    }

    private ModelHooks? HooksOf(string model, Func<ITrainedPart, ModelHooks> hooks) => HooksOf(model, Trained, hooks);

    private List<TrainableParameter> Named(NamedPart entry, IReadOnlyList<TrainableParameter> parameters) =>
        [.. parameters.Select(parameter => parameter with { Name = Named(entry, parameter.Name) })];

    private string Named(NamedPart entry, string name) => Trained.Count == 1 ? name : $"{entry.Name}.{name}";
}
