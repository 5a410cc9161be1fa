using System.Text.Json.Nodes;
using Graft.Adapters.Peft;
using Graft.Api.Methods;
using Graft.Models;
using Graft.Models.Hooks;
using static TorchSharp.torch;

namespace Graft.Adapters.Bottleneck;

/// <summary>Bottleneck adapters on a model, in the file form of AdapterHub's library <c>adapters</c>.</summary>
public sealed class BottleneckAdapter : IAdapter
{
    private readonly IFrozenModel _model;
    private readonly BottleneckSpec _options;
    private readonly JsonObject? _original;
    private readonly IReadOnlyList<BottleneckLayer> _layers;

    internal BottleneckAdapter(
        IFrozenModel model, BottleneckSpec options, IReadOnlyList<BottleneckSite> sites, ulong seed, JsonObject? original = null)
    {
        (_model, _options, _original) = (model, options, original);
        var name = BottleneckConfiguration.NameOf(original);
        _layers = [.. sites.Select(site => new BottleneckLayer(site, options, model.Shape.HiddenSize, seed, model.Device))];
        Trainable =
        [
            .. _layers.SelectMany(layer => layer.Parameters(name)).OrderBy(parameter => parameter.Name, StringComparer.Ordinal),
        ];
        State = Trainable.ByName();
        Hooks = new ModelHooks
        {
            SubLayers = _layers.ToDictionary(layer => layer.Site.SubLayer, layer => (IHook<SubLayerCall>)layer, StringComparer.Ordinal),
        };
    }

    public IReadOnlyList<TrainableParameter> Trainable { get; }

    public IReadOnlyDictionary<string, Tensor> State { get; }

    public ModelHooks Hooks { get; }

    public ModelHooks TrainingHooks => Hooks;

    public bool IsUntrained => _layers.All(layer => layer.IsUntrained());

    public bool IsMergeable => false;

    /// <summary>Loads a folder that AdapterHub's library wrote.</summary>
    /// <exception cref="AdapterException">The configuration asks for what Graft does not implement, or the tensors do not fit it
    /// exactly.</exception>
    public static BottleneckAdapter Load(string folder, IFrozenModel model)
    {
        var (options, original) = BottleneckConfiguration.Read(Path.Combine(folder, PeftFolder.ConfigurationFile), model.Shape.HiddenSize);
        var adapter = new BottleneckAdapter(model, options, [.. BottleneckMethod.Sites(model, options)], seed: 0, original);
        return PeftFolder.Filled(adapter, folder, BottleneckConfiguration.WeightsFile);
    }

    public IReadOnlyDictionary<string, Tensor> Merge()
    {
        throw new AdapterException("bottleneck adapters cannot be merged: they are no change of any weight");
    }

    public IReadOnlyList<string> Save(string folder, string? baseModel = null)
    {
        return PeftFolder.Write(
            folder, BottleneckConfiguration.Write(_options, _model, baseModel, _original), State, BottleneckConfiguration.WeightsFile);
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
    }
}
