using System.Text.Json.Nodes;
using Graft.Models.Hooks;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>
/// What all pre-norm decoder families share: embeddings, a stack of blocks, a final norm, an output head, and the hook points around
/// them. A family adds its list of weights and its block.
/// </summary>
internal abstract class DecoderModel : ICausalLanguageModel
{
    private readonly IWeightSource _source;
    private readonly Dictionary<string, Tensor> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinearModule> _linears = new(StringComparer.Ordinal);
    private readonly string _headWeight;

    /// <param name="description">config.json and what follows from it.</param>
    /// <param name="source">Gives the weights; owned by the model from here on.</param>
    /// <param name="type">Element type to convert to, or null for the stored one.</param>
    /// <param name="device">Where to put the weights.</param>
    protected DecoderModel(DecoderDescription description, IWeightSource source, ScalarType? type, Device device)
    {
        _source = source;
        Description = description;
        Device = device;
        using var noGradient = no_grad();
        RefuseUnknown(description, source);
        foreach (var spec in description.Weights)
        {
            _parameters[spec.Name] = source.Load(spec, type, device);
        }

        foreach (var site in description.LinearSites)
        {
            var stored = _parameters[site.WeightName];
            var weight = site.IsTransposed ? stored.t().DetachFromDisposeScope() : stored;
            _linears[site.Name] = new LinearModule(site, weight, site.BiasName is { } bias ? _parameters[bias] : null);
        }

        Head = _linears[description.LinearSites.Single(site => site.IsOutputHead).Name];
        _headWeight = $"{Head.Site.Name}.weight";
        ElementType = _parameters[description.EmbeddingName].dtype;
        Modules = description.Weights.Select(spec => spec.Name[..spec.Name.LastIndexOf('.')])
            .Append(Head.Site.Name)
            .Distinct(StringComparer.Ordinal)
            .ToList();
    }

    public DecoderShape Shape => Description.Shape;

    public JsonObject Configuration => Description.Configuration;

    public string Folder => Description.Folder;

    public ScalarType ElementType { get; }

    public Device Device { get; }

    public IReadOnlyDictionary<string, Tensor> Parameters => _parameters;

    public IReadOnlyList<LinearSite> LinearSites => Description.LinearSites;

    public IReadOnlyList<string> Modules { get; }

    protected DecoderDescription Description { get; }

    private LinearModule Head { get; }

    public Tensor Embed(Tensor inputIds, ModelHooks? hooks = null) =>
        Weight(Description.EmbeddingName, hooks ?? ModelHooks.None)
            .index_select(0, inputIds.flatten())
            .view(inputIds.shape[0], inputIds.shape[1], Shape.HiddenSize)
            .to(ElementType);

    public Tensor Hidden(TokenBatch batch, ModelHooks? hooks = null, KeyValueCache? cache = null)
    {
        hooks ??= ModelHooks.None;
        using var scope = NewDisposeScope();
        var pass = NewPass(batch, hooks, cache);
        var stream = batch.InputEmbeddings?.to(ElementType) ?? Embed(batch.InputIds!, hooks);
        stream = hooks.Embeddings?.Apply(stream, batch.InputIds) ?? stream;
        stream = EnterStack(stream, pass);
        for (var layer = 0; layer < Shape.Layers; layer++)
        {
            hooks.Observer?.Invoke(layer, stream);
            // A scope per block frees what neither the graph nor the next block needs while the pass is still running.
            using var blockScope = NewDisposeScope();
            stream = Block(layer, stream, pass).MoveToOuterDisposeScope();
        }

        hooks.Observer?.Invoke(Shape.Layers, stream);
        cache?.Advance(batch.Size.Length, pass.NewSegments);
        return FinalNorm(stream, hooks).MoveToOuterDisposeScope();
    }

    public Tensor Logits(Tensor hidden, ModelHooks? hooks = null)
    {
        hooks ??= ModelHooks.None;
        // A trained copy of the head wins over a trained copy of the embedding table that it is tied to.
        return hooks.Weights.ContainsKey(_headWeight)
            ? Linear(Head with { Site = Head.Site with { WeightName = _headWeight } }, hidden, hooks)
            : Linear(Head, hidden, hooks);
    }

    public virtual void Dispose()
    {
        foreach (var (_, linear) in _linears)
        {
            if (linear.Site.IsTransposed)
            {
                linear.Weight.Dispose();
            }
        }

        foreach (var tensor in _parameters.Values)
        {
            tensor.Dispose();
        }

        _source.Dispose();
    }

    /// <summary>What happens between the embeddings and the first block, e.g. learned positions.</summary>
    protected virtual Tensor EnterStack(Tensor embeddings, ForwardPass pass) => embeddings;

    /// <summary>One block: residual stream in, residual stream out, [B, T, hidden].</summary>
    protected abstract Tensor Block(int layer, Tensor stream, ForwardPass pass);

    /// <summary>The norm before the output head.</summary>
    protected abstract Tensor FinalNorm(Tensor stream, ModelHooks hooks);

    /// <summary>What a family computes once per pass from positions [B or 1, T].</summary>
    protected virtual RotaryTables? Rotary(Tensor positions) => null;

    protected LinearModule Module(string name) => _linears[name];

    /// <summary>A parameter, or the trained tensor that stands in for it.</summary>
    protected Tensor Weight(string name, ModelHooks hooks) =>
        hooks.Weights.Count > 0 && hooks.Weights.TryGetValue(name, out var replaced) ? replaced : _parameters[name];

    /// <summary>Applies a linear layer, through its hook if it has one.</summary>
    protected static Tensor Linear(LinearModule module, Tensor input, ModelHooks hooks)
    {
        var weight = module.Weight;
        var bias = module.Bias;
        if (hooks.Weights.Count > 0)
        {
            var site = module.Site;
            if (hooks.Weights.TryGetValue(site.WeightName, out var replaced))
            {
                weight = (site.IsTransposed ? replaced.t() : replaced).to(input.dtype);
            }

            if (site.BiasName is not null && hooks.Weights.TryGetValue(site.BiasName, out var replacedBias))
            {
                bias = replacedBias.to(input.dtype);
            }
        }

        var call = new LinearCall(input, weight, bias);
        return hooks.Linears.TryGetValue(module.Site.Name, out var hook) ? hook.Around(call) : call.Frozen();
    }

    /// <summary>Attends over new and cached positions, through the layer's hook if it has one.</summary>
    protected static Tensor Attend(
        int layer, string name, Tensor query, Tensor key, Tensor value, ForwardPass pass,
        Func<Tensor, Tensor> projectKeys, Func<Tensor, Tensor> projectValues)
    {
        if (pass.Cache is { } cache)
        {
            (key, value) = cache.Append(layer, key, value);
        }

        return pass.Hooks.Attention.TryGetValue(name, out var hook)
            ? hook.Around(new AttentionCall(query, key, value, pass.Mask, projectKeys, projectValues))
            : ScaledDotProduct.Attend(query, key, value, pass.Mask);
    }

    /// <summary>h + F(norm(h)), through the sub-layer's hook if it has one.</summary>
    protected static Tensor Residual(string name, Tensor stream, Tensor normed, Func<Tensor, Tensor> subLayer, ModelHooks hooks) =>
        stream + (hooks.SubLayers.TryGetValue(name, out var hook)
            ? hook.Around(new SubLayerCall(stream, normed, subLayer))
            : subLayer(normed));

    private ForwardPass NewPass(TokenBatch batch, ModelHooks hooks, KeyValueCache? cache)
    {
        var (rows, length) = batch.Size;
        var past = cache?.Length ?? 0;
        var positions = batch.PositionIds ?? arange(past, past + length, ScalarType.Int64, Device).unsqueeze(0);
        var segments = batch.SegmentIds;
        if (segments is null && cache?.Segments is not null)
        {
            segments = ones(rows, length, dtype: ScalarType.Int64, device: Device);
        }
        else if (segments is not null && cache is { Length: > 0, Segments: null })
        {
            throw new ArgumentException("a batch with segments cannot continue a cache that was begun without", nameof(batch));
        }

        var keySegments = segments is not null && cache?.Segments is { } held ? cat([held, segments], 1) : segments;
        var mask = AttentionMask.For(length, past + length, segments, keySegments, Device);
        return new ForwardPass(hooks, positions, mask, cache, Rotary(positions), segments);
    }

    private static void RefuseUnknown(DecoderDescription description, IWeightSource source)
    {
        if (source.Names is not { } names)
        {
            return;
        }

        var known = description.Weights.Select(spec => spec.Name).ToHashSet(StringComparer.Ordinal);
        var unknown = names.Where(name => !known.Contains(name) && !description.IsDerived(name)).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new ModelException(
                $"{description.Folder}: the checkpoint holds {unknown.Count} tensors that a {description.Architecture} with this config.json "
                + $"does not have, so the result would differ from the model's own: {string.Join(", ", unknown.Take(5))}"
                + (unknown.Count > 5 ? ", …" : ""));
        }
    }
}
