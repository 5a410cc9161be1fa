using System.Text.Json.Nodes;
using Graft.Adapters.Peft;
using Graft.Models;
using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Adapters.Ia3;

/// <summary>An IA3 adapter on a model: a vector for each layer, which begins as ones.</summary>
public sealed class Ia3Adapter : IAdapter
{
    private readonly IFrozenModel _model;
    private readonly Ia3Targets _targets;
    private readonly IReadOnlyList<Ia3Layer> _layers;
    private readonly JsonObject? _original;

    /// <param name="model">The frozen model.</param>
    /// <param name="targets">The layers.</param>
    /// <param name="original">The configuration that the adapter was loaded with, if it was.</param>
    internal Ia3Adapter(IFrozenModel model, Ia3Targets targets, JsonObject? original)
    {
        (_model, _targets, _original) = (model, targets, original);
        _layers = [.. targets.Sites.Select(site => new Ia3Layer(site, targets.AtInput.Contains(site.Name), model.Device))];
        Trainable =
        [
            .. _layers.Select(layer => new TrainableParameter($"{PeftFolder.KeyPrefix}{layer.Site.Name}.ia3_l", layer.Scale))
                .OrderBy(parameter => parameter.Name, StringComparer.Ordinal),
        ];
        State = Trainable.ByName();
        Hooks = new ModelHooks
        {
            Linears = _layers.ToDictionary(layer => layer.Site.Name, layer => (IHook<LinearCall>)layer, StringComparer.Ordinal),
        };
    }

    public IReadOnlyList<TrainableParameter> Trainable { get; }

    public IReadOnlyDictionary<string, Tensor> State { get; }

    public ModelHooks Hooks { get; }

    public ModelHooks TrainingHooks => Hooks;

    public bool IsUntrained => _layers.All(layer => layer.IsUntrained());

    /// <summary>Loads a PEFT folder onto a model.</summary>
    /// <exception cref="AdapterException">The configuration asks for what Graft does not implement, or the tensors do not fit it
    /// exactly.</exception>
    public static Ia3Adapter Load(string folder, IFrozenModel model)
    {
        var (targets, isAtInput, original) = Ia3Configuration.Read(Path.Combine(folder, PeftFolder.ConfigurationFile));
        var adapter = new Ia3Adapter(model, Ia3Targets.Published(targets, isAtInput, model), original);
        return PeftFolder.Filled(adapter, folder);
    }

    public IReadOnlyDictionary<string, Tensor> Merge()
    {
        using var noGradient = no_grad();
        var merged = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var layer in _layers)
        {
            using var scope = NewDisposeScope();
            // [out, 1] scales rows, [1, in] columns.
            var weight = _model.Linear(layer.Site.Name).Weight() * layer.Scale;
            Keep($"{layer.Site.Name}.weight", layer.Site.IsTransposed ? weight.t().contiguous() : weight);
            if (layer.Site.BiasName is { } bias && !layer.ScalesInput)
            {
                Keep(bias, _model.Parameters[bias] * layer.Scale.flatten());
            }
        }

        return merged;

        void Keep(string name, Tensor scaled)
        {
            if (!scaled.isfinite().all().item<bool>())
            {
                throw new AdapterException($"merging '{name}' gives numbers that are not finite; nothing was merged");
            }

            merged[name] = scaled.to(_model.ElementType).MoveToOuterDisposeScope();
        }
    }

    public IReadOnlyList<string> Save(string folder, string? baseModel = null)
    {
        return PeftFolder.Write(folder, Ia3Configuration.Write(_targets, baseModel, _original), State);
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
    }
}
