using System.Text.Json.Nodes;
using Graft.Adapters.Peft;
using Graft.Adapters.Targets;
using Graft.Models;
using Graft.Models.Transformers;
using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Adapters.Lora;

/// <summary>A LoRA adapter on a model.</summary>
public sealed class LoraAdapter : IAdapter
{
    private readonly IFrozenModel _model;
    private readonly IReadOnlyList<LoraLayer> _layers;
    private readonly IReadOnlyList<TrainedCopy> _copies;
    private readonly JsonObject? _original;

    private LoraAdapter(
        IFrozenModel model, LoraOptions options, IReadOnlyList<LoraLayer> layers, IReadOnlyList<TrainedCopy> copies,
        JsonObject? original)
    {
        _model = model;
        _layers = layers;
        _copies = copies;
        _original = original;
        Options = options;
        Trainable = layers.SelectMany(Parameters)
            .Concat(copies.Select(copy => new TrainableParameter(copy.FileName, copy.Value)))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .ToList();
        State = NewState();
        Hooks = NewHooks(dropout: 0);
        TrainingHooks = options.Dropout > 0 ? NewHooks(options.Dropout) : Hooks;
    }

    /// <summary>The options in force, targets resolved.</summary>
    public LoraOptions Options { get; }

    public IReadOnlyList<TrainableParameter> Trainable { get; }

    public IReadOnlyDictionary<string, Tensor> State { get; }

    public ModelHooks Hooks { get; }

    public ModelHooks TrainingHooks { get; }

    public bool IsUntrained => _layers.All(layer => layer.IsUntrained())
        && _copies.All(copy => NewParameters.AreEqual(copy.Value, TrainedCopies.Original(_model, copy)));

    private bool StartsFromDecomposition => Options.Initialization is LoraInitialization.Pissa or LoraInitialization.Olora;

    /// <summary>Loads a PEFT folder onto a model.</summary>
    /// <exception cref="AdapterException">The configuration asks for what Graft does not implement, or the tensors do not fit it
    /// exactly.</exception>
    public static LoraAdapter Load(string folder, IFrozenModel model)
    {
        var (options, original) = PeftLoraConfiguration.Read(Path.Combine(folder, PeftFolder.ConfigurationFile));
        options.Validate();
        var sites = TargetMatcher.MatchPublished(options.Targets!, model.LinearSites);
        var adapter = Create(model, options, sites, seed: 0, original);
        return PeftFolder.Filled(adapter, folder);
    }

    public IReadOnlyDictionary<string, Tensor> Merge()
    {
        using var noGradient = no_grad();
        var merged = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var layer in _layers)
        {
            using var scope = NewDisposeScope();
            var weight = layer.Merged(_model.Linear(layer.Site.Name).Weight());
            if (!weight.isfinite().all().item<bool>())
            {
                throw new AdapterException($"merging '{layer.Site.Name}' gives numbers that are not finite; nothing was merged");
            }

            // A tied head that is adapted becomes a weight of its own.
            merged[$"{layer.Site.Name}.weight"] = (layer.Site.IsTransposed ? weight.t().contiguous() : weight)
                .to(_model.ElementType).MoveToOuterDisposeScope();
        }

        foreach (var copy in _copies)
        {
            merged[copy.ParameterName] = copy.Value.detach().to(_model.ElementType, copy: true);
        }

        return merged;
    }

    /// <summary>
    /// Writes adapter_config.json and adapter_model.safetensors. An adapter that started from a decomposition is written as the plain
    /// LoRA of twice the rank that does the same on the original base: [A; A₀] and [B, −B₀].
    /// </summary>
    public IReadOnlyList<string> Save(string folder, string? baseModel = null) => StartsFromDecomposition
        ? Write(folder, LoraConversion.Options(Options), LoraConversion.Tensors(Trainable, _layers), baseModel)
        : SaveUnconverted(folder, baseModel);

    /// <summary>Writes the factors as they are. For PiSSA and OLoRA whoever loads them must repeat the decomposition of the base.</summary>
    public IReadOnlyList<string> SaveUnconverted(string folder, string? baseModel = null) =>
        Write(folder, Options, Trainable.ByName(), baseModel);

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }

        foreach (var copy in _copies)
        {
            copy.Value.Dispose();
        }
    }

    internal static LoraAdapter Create(
        IFrozenModel model, LoraOptions options, IReadOnlyList<LinearSite> sites, ulong seed, JsonObject? original)
    {
        var copies = TrainedCopies.Make(model, options, sites);
        var layers = sites.Select(site => LoraStart.Make(site, model.Linear(site.Name).Weight(), options, seed, model.Device)).ToList();
        return new LoraAdapter(model, options, layers, copies, original);
    }

    internal static string Key(LinearSite site, string tensor) => $"{PeftFolder.KeyPrefix}{site.Name}.{tensor}";

    private static IEnumerable<TrainableParameter> Parameters(LoraLayer layer)
    {
        yield return new TrainableParameter(Key(layer.Site, "lora_A.weight"), layer.A);
        yield return new TrainableParameter(Key(layer.Site, "lora_B.weight"), layer.B);
        if (layer.Magnitude is { } magnitude)
        {
            yield return new TrainableParameter(Key(layer.Site, "lora_magnitude_vector"), magnitude);
        }
    }

    private Dictionary<string, Tensor> NewState()
    {
        var state = Trainable.ByName();
        foreach (var layer in _layers.Where(layer => layer.InitialA is not null))
        {
            state[Key(layer.Site, "lora_A.initial")] = layer.InitialA!;
            state[Key(layer.Site, "lora_B.initial")] = layer.InitialB!;
        }

        return state;
    }

    private ModelHooks NewHooks(double dropout)
    {
        var weights = _copies.ToDictionary(copy => copy.ParameterName, copy => (Tensor)copy.Value, StringComparer.Ordinal);
        var head = _model.LinearSites[^1];
        var headWeight = $"{head.Name}.weight";
        if (head.WeightName != headWeight && weights.ContainsKey(head.WeightName))
        {
            // As in PEFT, a trained copy of the embedding table leaves a tied head on the frozen one.
            weights.TryAdd(headWeight, _model.Parameters[head.WeightName]);
        }

        return new ModelHooks
        {
            Weights = weights,
            Linears = _layers.ToDictionary(
                layer => layer.Site.Name, layer => (IHook<LinearCall>)new LoraHook(layer, dropout), StringComparer.Ordinal),
        };
    }

    private IReadOnlyList<string> Write(string folder, LoraOptions options, IReadOnlyDictionary<string, Tensor> tensors, string? baseModel)
    {
        var sites = _layers.Select(layer => layer.Site).ToList();
        var configuration = PeftLoraConfiguration.Write(options, sites, baseModel, _original);
        return PeftFolder.Write(folder, configuration, tensors);
    }
}
