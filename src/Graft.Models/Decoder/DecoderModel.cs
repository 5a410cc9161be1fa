using Graft.Models.Hooks;
using Graft.Models.Transformers;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models.Decoder;

/// <summary>
/// What all decoder families share around their blocks: embeddings, virtual tokens, positions and masks, a final norm, an output head.
/// </summary>
internal abstract class DecoderModel : TransformerModel, ICausalLanguageModel
{
    private readonly IFrozenLinear _head;
    private readonly string _headWeight;

    /// <param name="description">config.json and what follows from it; its main weight is the embedding table.</param>
    /// <param name="source">Gives the weights; owned by the model from here on.</param>
    /// <param name="placement">Where and how to keep them.</param>
    protected DecoderModel(ModelDescription description, IWeightSource source, ModelPlacement placement)
        : base(description, source, placement)
    {
        _head = Linear(description.LinearSites.Single(site => site.IsOutputHead).Name);
        _headWeight = $"{_head.Site.Name}.weight";
    }

    public abstract int VocabularySize { get; }

    public abstract int MaximumPositions { get; }

    public virtual bool HasLearnedPositions => false;

    public Tensor Embed(Tensor inputIds, ModelHooks? hooks = null) =>
        Weight(Description.MainWeight, hooks ?? ModelHooks.None)
            .index_select(0, inputIds.flatten())
            .view(inputIds.shape[0], inputIds.shape[1], Shape.HiddenSize)
            .to(ElementType);

    public Tensor Hidden(TokenBatch batch, ModelHooks? hooks = null, KeyValueCache? cache = null, HookOutputs? outputs = null)
    {
        hooks ??= ModelHooks.None;
        using var scope = NewDisposeScope();
        var places = Places.Of(batch, hooks, cache, Device);
        var pass = new ForwardContext(hooks, batch, scope, cache, outputs)
        {
            Positions = places.Positions,
            Rotary = Rotary(places.Positions),
            Mask = places.Mask,
        };
        var stream = batch.Stream?.to(ElementType) ?? EnterStack(Entering(batch, places, pass), pass);
        stream = Blocks(stream, batch.FromLayer, Shape.Layers, pass);
        cache?.Advance(stream.shape[1], places.Segments);
        pass.Complete();
        return FinalNorm(stream.narrow(1, places.Virtual, batch.Size.Length), pass).MoveToOuterDisposeScope();
    }

    public Tensor Logits(Tensor hidden, ModelHooks? hooks = null)
    {
        hooks ??= ModelHooks.None;
        using var scope = NewDisposeScope();
        // A trained copy of the head wins over a trained copy of the embedding table that it is tied to.
        var head = hooks.Weights.ContainsKey(_headWeight) ? Replaced(_head, _headWeight, hidden.dtype, hooks)
            : hooks.Weights.Count > 0 ? Replaced(_head, _head.Site.WeightName, hidden.dtype, hooks)
            : _head;
        var call = new LinearCall(hidden, head, new ForwardContext(hooks, TokenBatch.None, scope));
        return (hooks.Linears.TryGetValue(head.Site.Name, out var hook) ? hook.Around(call) : call.Inner()).MoveToOuterDisposeScope();
    }

    /// <summary>What happens between the embeddings and the first block, e.g. learned positions.</summary>
    protected virtual Tensor EnterStack(Tensor embeddings, ForwardContext pass) => embeddings;

    /// <summary>The norm before the output head.</summary>
    protected abstract Tensor FinalNorm(Tensor stream, ForwardContext pass);

    /// <summary>What a family computes once per pass from positions [B or 1, T].</summary>
    protected virtual RotaryTables? Rotary(Tensor positions) => null;

    /// <summary>Attends over new and cached positions.</summary>
    protected Tensor Attend(
        int layer, string name, Tensor query, Tensor key, Tensor value, ForwardContext pass,
        Func<Tensor, Tensor> projectKeys, Func<Tensor, Tensor> projectValues)
    {
        if (pass.Cache is { } cache)
        {
            (key, value) = cache.Append(layer, key, value);
        }

        return Attend(name, query, key, value, pass, projectKeys, projectValues);
    }

    // Embeddings, changed by hooks, with a sequence's virtual tokens in front: all copies first, which masks and positions tell apart.
    private Tensor Entering(TokenBatch batch, Places places, ForwardContext pass)
    {
        var embeddings = batch.InputEmbeddings?.to(ElementType) ?? Embed(batch.InputIds!, pass.Hooks);
        foreach (var hook in pass.Hooks.Embeddings)
        {
            embeddings = hook.Apply(embeddings, pass);
        }

        return places.Copies > 0 && VirtualTokens(embeddings.shape[0], pass) is { } tokens
            ? cat([tokens.repeat(1, places.Copies, 1), embeddings], 1)
            : embeddings;
    }
}
