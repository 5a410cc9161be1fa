using System.Text.Json.Nodes;
using Graft.Adapters.Peft;
using Graft.Models;
using Graft.Models.Hooks;
using Graft.Models.Transformers;
using static TorchSharp.torch;

namespace Graft.Adapters.PrefixTuning;

/// <summary>A prefix on a model: keys and values of n virtual tokens in front of those of each layer. They are not rotated.</summary>
public sealed class PrefixTuningAdapter : IAdapter
{
    private readonly IFrozenModel _model;
    private readonly PrefixEncoder _encoder;
    private readonly int _projectionSize;
    private readonly JsonObject? _original;

    /// <param name="model">The frozen model.</param>
    /// <param name="encoder">What gives keys and values; owned by the adapter from here on.</param>
    /// <param name="projectionSize">How wide its network is inside; PEFT's configuration names it without one too.</param>
    /// <param name="original">The configuration that the adapter was loaded with, if it was.</param>
    internal PrefixTuningAdapter(IFrozenModel model, PrefixEncoder encoder, int projectionSize, JsonObject? original = null)
    {
        (_model, _encoder, _projectionSize, _original) = (model, encoder, projectionSize, original);
        Trainable = [.. encoder.Parameters()];
        State = Trainable.ByName();
        Hooks = new ModelHooks
        {
            Prefixes = model.LinearSites.Where(site => site.Roles.HasFlag(LinearRoles.Query)).ToDictionary(
                site => site.Parent,
                IKeyValuePrefix (site) => new LayerPrefix(encoder, model.Shape, site.Layer!.Value),
                StringComparer.Ordinal),
        };
    }

    public IReadOnlyList<TrainableParameter> Trainable { get; }

    public IReadOnlyDictionary<string, Tensor> State { get; }

    public ModelHooks Hooks { get; }

    public ModelHooks TrainingHooks => Hooks;

    public bool IsUntrained => _encoder.IsUntrained;

    public bool BeginsAsBase => false;

    public bool IsMergeable => false;

    /// <summary>Loads a PEFT folder onto a model. A network that it was trained through is not in the folder, and not needed.</summary>
    /// <exception cref="AdapterException">The configuration asks for what Graft does not implement, or the tensor does not fit
    /// it.</exception>
    public static PrefixTuningAdapter Load(string folder, IFrozenModel model)
    {
        var width = WidthOf(model);
        var (count, fields, original) = PeftPromptConfiguration.Read(Path.Combine(folder, PeftFolder.ConfigurationFile), width);
        var layers = fields.Size("num_layers", model.Shape.Layers);
        fields.Require("num_layers", layers == model.Shape.Layers, $"{model.Shape.Layers} with this model");
        using var empty = zeros(count, 2 * layers * width);
        var encoder = new PrefixEncoder(empty, projection: null, model.Device);
        var adapter = new PrefixTuningAdapter(model, encoder, fields.Size("encoder_hidden_size", width), original);
        return PeftFolder.Filled(
            adapter, folder, stored: new Dictionary<string, Tensor> { [PeftPromptConfiguration.Tensor] = encoder.Rows() });
    }

    public IReadOnlyDictionary<string, Tensor> Merge()
    {
        throw new AdapterException("a prefix cannot be merged: it is no change of any weight");
    }

    public IReadOnlyList<string> Save(string folder, string? baseModel = null)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var json = PeftPromptConfiguration.Write(
            "PREFIX_TUNING", (int)_encoder.Count, WidthOf(_model), _model.Shape.KeyValueHeads, _model, baseModel, _original);
        if (_original is null)
        {
            json["encoder_hidden_size"] = _projectionSize;
            json["prefix_projection"] = _encoder.Projects;
        }

        return PeftFolder.Write(folder, json, new Dictionary<string, Tensor> { [PeftPromptConfiguration.Tensor] = _encoder.Rows() });
    }

    public void Dispose()
    {
        _encoder.Dispose();
    }

    /// <summary>The width of one layer's keys: with grouped queries less than the model's.</summary>
    internal static int WidthOf(IFrozenModel model) => model.Shape.KeyValueHeads * model.Shape.HeadSize;

    /// <summary>One layer's part of the rows, which are computed once a pass.</summary>
    private sealed class LayerPrefix(PrefixEncoder encoder, TransformerShape shape, int layer) : IKeyValuePrefix
    {
        public int Count => (int)encoder.Count;

        public bool ShiftsPositions => true;

        public (Tensor Keys, Tensor Values) Of(ForwardContext context)
        {
            var rows = context.Once(encoder, () => encoder.Rows().view(Count, shape.Layers, 2, shape.KeyValueHeads, shape.HeadSize));
            var own = rows.select(1, layer).permute(1, 2, 0, 3).unsqueeze(1);
            return (own[0], own[1]);
        }
    }
}
