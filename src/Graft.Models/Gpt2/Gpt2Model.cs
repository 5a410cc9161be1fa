using Graft.Models.Configuration;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Transformers;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models.Gpt2;

/// <summary>
/// GPT-2 (Radford et al., 2019): LayerNorm, learned positions, one projection for queries, keys and values, GELU in its tanh form.
/// </summary>
internal sealed class Gpt2Model : DecoderModel
{
    private readonly Gpt2Configuration _config;
    private readonly Layer[] _layers;

    private Gpt2Model(Gpt2Configuration config, ModelDescription description, IWeightSource source, ModelPlacement placement)
        : base(description, source, placement)
    {
        _config = config;
        _layers = Enumerable.Range(0, config.Layers).Select(NewLayer).ToArray();
    }

    /// <summary>Makes the model of a folder's config.json over the weights of <paramref name="source"/>.</summary>
    public static Gpt2Model Create(ModelFolder folder, IWeightSource source, ModelPlacement placement)
    {
        var unknown = Gpt2Configuration.Fields.Check(folder.Fields);
        var config = Gpt2Configuration.Read(folder.Fields);
        if (source.Names?.Contains(Gpt2Names.Embedding[Gpt2Names.Prefix.Length..]) == true)
        {
            source = RenamedWeights.WithPrefix(source, Gpt2Names.Prefix, otherwise: Gpt2Names.Head);
        }

        ModelSizes.CheckLayers(folder.Fields, "n_layer", source.Names, Gpt2Names.Layers);
        var description = new ModelDescription(
            folder,
            "GPT-2",
            unknown,
            new TransformerShape(config.Layers, config.HiddenSize, config.Heads, config.Heads, config.HiddenSize / config.Heads),
            [.. Gpt2Names.Weights(config)],
            [.. Gpt2Names.LinearSites(config)],
            Gpt2Names.Embedding,
            Gpt2Names.IsDerived,
            config.TiesEmbeddings ? [($"{Gpt2Names.Head}.weight", Gpt2Names.Embedding)] : []);
        return new Gpt2Model(config, description, source, placement);
    }

    public override int VocabularySize => _config.VocabularySize;

    public override int MaximumPositions => _config.MaximumPositions;

    public override bool HasLearnedPositions => true;

    protected override Tensor EnterStack(Tensor embeddings, ForwardContext pass)
    {
        var positions = pass.Positions!;
        var learned = Weight(Gpt2Names.Positions, pass.Hooks)
            .index_select(0, positions.flatten())
            .view(positions.shape[0], positions.shape[1], _config.HiddenSize);
        return embeddings + learned.to(embeddings.dtype);
    }

    protected override Tensor Block(int layer, Tensor stream, ForwardContext pass)
    {
        var names = _layers[layer];
        var normed = LayerNorm(stream, names.AttentionNorm, _config.NormEpsilon, pass.Hooks);
        stream = Residual(names.Attention, stream, normed, input => SelfAttention(layer, input, pass), pass);
        normed = LayerNorm(stream, names.MlpNorm, _config.NormEpsilon, pass.Hooks);
        return Residual(names.Mlp, stream, normed, input => FeedForward(layer, input, pass), pass);
    }

    protected override Tensor FinalNorm(Tensor stream, ForwardContext pass) =>
        LayerNorm(stream, Gpt2Names.FinalNorm, _config.NormEpsilon, pass.Hooks);

    private Tensor SelfAttention(int layer, Tensor input, ForwardContext pass)
    {
        var names = _layers[layer];
        var fused = Linear(names.QueryKeyValue, input, pass);
        var heads = Attend(
            layer, names.Attention, Part(fused, 0), Part(fused, 1), Part(fused, 2), pass, hidden =>
                Project(hidden, 1), hidden => Project(hidden, 2));
        return Linear(names.AttentionOutput, heads.transpose(1, 2).flatten(2), pass);

        Tensor Project(Tensor hidden, int part) => Part(Linear(names.QueryKeyValue, hidden, pass), part);
    }

    private Tensor FeedForward(int layer, Tensor input, ForwardContext pass)
    {
        var names = _layers[layer];
        return Linear(names.Contract, GeluTanh(Linear(names.Expand, input, pass)), pass);
    }

    // [B, T, 3 · hidden] → the queries, keys or values, [B, heads, T, headSize].
    private Tensor Part(Tensor fused, int part) => fused
        .narrow(2, part * _config.HiddenSize, _config.HiddenSize)
        .view(fused.shape[0], fused.shape[1], _config.Heads, Shape.HeadSize)
        .transpose(1, 2);

    // ½x(1 + tanh(√(2/π)(x + 0.044715x³)))
    private static Tensor GeluTanh(Tensor x) =>
        0.5 * x * (1 + ((x + (0.044715 * x.pow(3))) * Math.Sqrt(2 / Math.PI)).tanh());

    private Layer NewLayer(int i) => new(
        Gpt2Names.Attention(i),
        Gpt2Names.Mlp(i),
        Gpt2Names.AttentionNorm(i),
        Gpt2Names.MlpNorm(i),
        Linear($"{Gpt2Names.Attention(i)}.c_attn"),
        Linear($"{Gpt2Names.Attention(i)}.c_proj"),
        Linear($"{Gpt2Names.Mlp(i)}.c_fc"),
        Linear($"{Gpt2Names.Mlp(i)}.c_proj"));

    // Names and modules of one block, resolved once.
    private sealed record Layer(
        string Attention,
        string Mlp,
        string AttentionNorm,
        string MlpNorm,
        IFrozenLinear QueryKeyValue,
        IFrozenLinear AttentionOutput,
        IFrozenLinear Expand,
        IFrozenLinear Contract);
}
