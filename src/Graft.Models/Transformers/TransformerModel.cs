using System.Text.Json.Nodes;
using Graft.Models.Hooks;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models.Transformers;

/// <summary>
/// What all pre-norm transformers share, decoders and encoders: frozen weights by name, a stack of blocks, and the hook points in it. A
/// kind of model adds what comes before and after the stack, a family its list of weights and its block.
/// </summary>
internal abstract class TransformerModel : IFrozenModel
{
    private readonly IWeightSource _source;
    private readonly Dictionary<string, Tensor> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IFrozenLinear> _linears = new(StringComparer.Ordinal);

    /// <param name="description">config.json and what follows from it.</param>
    /// <param name="source">Gives the weights; owned by the model from here on.</param>
    /// <param name="placement">Where and how to keep them.</param>
    protected TransformerModel(ModelDescription description, IWeightSource source, ModelPlacement placement)
    {
        _source = source;
        Description = description;
        Device = placement.Device;
        using var noGradient = no_grad();
        RefuseUnknown(description, source);
        source.Check(description.Weights, placement.Type);
        RefuseOther(description, source);
        var apart = description.LinearSites.Where(site => placement.Storage is not null && !site.IsOutputHead)
            .Select(site => site.WeightName)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var spec in description.Weights.Where(spec => !apart.Contains(spec.Name)))
        {
            _parameters[spec.Name] = source.Load(spec, placement.Type, placement.Device);
        }

        var specs = description.Weights.ToDictionary(spec => spec.Name, StringComparer.Ordinal);
        foreach (var site in description.LinearSites)
        {
            _linears[site.Name] = apart.Contains(site.WeightName) ? Stored(site, specs[site.WeightName], placement) : Dense(site);
        }

        ElementType = _parameters[description.MainWeight].dtype;
        Modules = description.Weights.Select(spec => spec.Name[..spec.Name.LastIndexOf('.')])
            .Concat(description.LinearSites.Select(site => site.Name))
            .Distinct(StringComparer.Ordinal)
            .ToList();
    }

    public TransformerShape Shape => Description.Shape;

    public JsonObject Configuration => Description.Folder.Configuration;

    public string? Architecture => Description.Folder.Fields.Texts("architectures") is [var first, ..] ? first : null;

    public IReadOnlyList<string> UnknownFields => Description.UnknownFields;

    public string Folder => Description.Folder.Path;

    public ScalarType ElementType { get; }

    public Device Device { get; }

    public IReadOnlyDictionary<string, Tensor> Parameters => _parameters;

    public IReadOnlyList<LinearSite> LinearSites => Description.LinearSites;

    public IReadOnlyList<string> Modules { get; }

    protected ModelDescription Description { get; }

    public IFrozenLinear Linear(string name) => _linears[name];

    public virtual void Dispose()
    {
        foreach (var linear in _linears.Values)
        {
            linear.Dispose();
        }

        foreach (var tensor in _parameters.Values)
        {
            tensor.Dispose();
        }

        _source.Dispose();
    }

    /// <summary>One block: residual stream in, residual stream out, [B, T, hidden].</summary>
    protected abstract Tensor Block(int layer, Tensor stream, ForwardContext pass);

    /// <summary>Runs blocks; the observer sees the stream before each of them and after the last.</summary>
    /// <param name="stream">[B, T, hidden] before block <paramref name="from"/>; belongs to the pass's scope, as the result does.</param>
    /// <param name="from">The first block.</param>
    /// <param name="to">The first block that is not run.</param>
    /// <param name="pass">The pass.</param>
    protected Tensor Blocks(Tensor stream, int from, int to, ForwardContext pass)
    {
        for (var layer = from; layer < to; layer++)
        {
            pass.Hooks.Observer?.Invoke(layer, stream);
            // A scope per block frees what neither the graph nor the next block needs while the pass is still running.
            using var blockScope = NewDisposeScope();
            stream = Block(layer, stream, pass).MoveToOuterDisposeScope();
        }

        pass.Hooks.Observer?.Invoke(to, stream);
        return stream;
    }

    /// <summary>Virtual tokens of all hooks, [B, V, hidden], or null where there are none.</summary>
    protected Tensor? VirtualTokens(long rows, ForwardContext pass)
    {
        if (pass.Hooks.VirtualTokens.Count == 0)
        {
            return null;
        }

        return cat(
            pass.Hooks.VirtualTokens
                .Select(tokens => tokens.Vectors(pass))
                .Select(vectors => (vectors.dim() == 2 ? vectors.unsqueeze(0) : vectors).expand(rows, -1, -1).to(ElementType))
                .ToList(),
            1);
    }

    /// <summary>A parameter, or the trained tensor that stands in for it.</summary>
    protected Tensor Weight(string name, ModelHooks hooks) =>
        hooks.Weights.Count > 0 && hooks.Weights.TryGetValue(name, out var replaced) ? replaced : _parameters[name];

    /// <summary>Normalizes the last dimension with a module's weight and bias.</summary>
    protected Tensor LayerNorm(Tensor stream, string module, double epsilon, ModelHooks hooks) => nn.functional.layer_norm(
        stream,
        [Shape.HiddenSize],
        Weight($"{module}.weight", hooks).to(stream.dtype),
        Weight($"{module}.bias", hooks).to(stream.dtype),
        epsilon);

    /// <summary>Applies a linear layer, through its hook if it has one.</summary>
    protected static Tensor Linear(IFrozenLinear layer, Tensor input, ForwardContext pass)
    {
        if (pass.Hooks.Weights.Count > 0)
        {
            layer = Replaced(layer, layer.Site.WeightName, input.dtype, pass.Hooks);
        }

        var call = new LinearCall(input, layer, pass);
        return pass.Hooks.Linears.TryGetValue(layer.Site.Name, out var hook) ? hook.Around(call) : call.Inner();
    }

    /// <summary>The layer with the trained tensors that stand in for its own, if any do.</summary>
    /// <param name="layer">The frozen layer.</param>
    /// <param name="weightName">The parameter that its weight is looked for as.</param>
    /// <param name="type">The type it is computed in.</param>
    /// <param name="hooks">Has the tensors.</param>
    protected static IFrozenLinear Replaced(IFrozenLinear layer, string weightName, ScalarType type, ModelHooks hooks)
    {
        var site = layer.Site;
        var weight = hooks.Weights.GetValueOrDefault(weightName);
        var bias = site.BiasName is null ? null : hooks.Weights.GetValueOrDefault(site.BiasName);
        return weight is null && bias is null
            ? layer
            : new DenseLinear(
                site,
                weight is null ? layer.Weight() : (site.IsTransposed ? weight.t() : weight).to(type),
                bias is null ? layer.Bias : bias.to(type));
    }

    /// <summary>Attends, with the layer's prefix in front and through its hook if it has them.</summary>
    protected Tensor Attend(
        string name, Tensor query, Tensor key, Tensor value, ForwardContext pass,
        Func<Tensor, Tensor> projectKeys, Func<Tensor, Tensor> projectValues)
    {
        var mask = pass.Mask;
        if (pass.Hooks.Prefixes.TryGetValue(name, out var prefix))
        {
            var (keys, values) = prefix.Of(pass);
            key = cat([keys.to(key.dtype).expand(key.shape[0], -1, -1, -1), key], 2);
            value = cat([values.to(value.dtype).expand(value.shape[0], -1, -1, -1), value], 2);
            mask = pass.MaskBehind(prefix.Count, query.shape[2], Device);
        }

        return pass.Hooks.Attention.TryGetValue(name, out var hook)
            ? hook.Around(new AttentionCall(query, key, value, mask, projectKeys, projectValues, pass))
            : ScaledDotProduct.Attend(query, key, value, mask);
    }

    /// <summary>h + F(norm(h)), through the sub-layer's hook if it has one.</summary>
    protected static Tensor Residual(string name, Tensor stream, Tensor normed, Func<Tensor, Tensor> subLayer, ForwardContext pass) =>
        stream + (pass.Hooks.SubLayers.TryGetValue(name, out var hook)
            ? hook.Around(new SubLayerCall(stream, normed, subLayer, pass))
            : subLayer(normed));

    private DenseLinear Dense(LinearSite site)
    {
        var stored = _parameters[site.WeightName];
        return new DenseLinear(site, site.IsTransposed ? stored.t().DetachFromDisposeScope() : stored, Bias(site));
    }

    // One layer after the other, so that no moment has all of a large model dense.
    private IFrozenLinear Stored(LinearSite site, WeightSpec spec, ModelPlacement placement)
    {
        using var scope = NewDisposeScope();
        var weight = _source.Load(spec, placement.Type, placement.Device);
        if (placement.Storage!(site, site.IsTransposed ? weight.t() : weight, Bias(site)) is { } stored)
        {
            weight.Dispose();
            return stored;
        }

        _parameters[site.WeightName] = weight;
        return Dense(site);
    }

    private Tensor? Bias(LinearSite site) => site.BiasName is { } bias ? _parameters[bias] : null;

    private static void RefuseUnknown(ModelDescription description, IWeightSource source)
    {
        if (source.Names is not { } names)
        {
            return;
        }

        var known = description.Weights.Select(spec => spec.Name).ToHashSet(StringComparer.Ordinal);
        var unknown = names.Where(name => !known.Contains(name) && !description.IsDerived(name)
            && !description.Repeats.Any(repeat => repeat.Name == name)).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new ModelException(
                $"{description.Folder.Path}: the checkpoint holds {unknown.Count} tensors that a {description.Architecture} with this config.json "
                + $"does not have, so the result would differ from the model's own: {string.Join(", ", unknown.Take(5))}"
                + (unknown.Count > 5 ? ", …" : ""));
        }
    }

    /// <summary>
    /// A head of its own beside a config.json that ties it to the embeddings: releases of transformers differ in which of them they take.
    /// </summary>
    private static void RefuseOther(ModelDescription description, IWeightSource source)
    {
        foreach (var (name, of) in description.Repeats)
        {
            if (source.Names?.Contains(name) == true && !source.AreEqual(name, of))
            {
                throw new ModelException(
                    $"{description.Folder.Fields.Path}: tie_word_embeddings says that '{name}' is '{of}', and the weights hold another tensor "
                    + "of that name; set tie_word_embeddings to false to use it, or leave it out of the weights");
            }
        }
    }
}
