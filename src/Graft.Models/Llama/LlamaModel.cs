using Graft.Models.Configuration;
using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Transformers;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models.Llama;

/// <summary>
/// The LLaMA family (Touvron et al., arXiv:2302.13971): RMSNorm, rotary positions, grouped-query attention, SwiGLU.
/// Norms and softmax compute in fp32 whatever the element type of the weights.
/// </summary>
internal sealed class LlamaModel : DecoderModel
{
    private readonly LlamaConfiguration _config;
    private readonly Layer[] _layers;
    private readonly Tensor _inverseFrequencies;

    private LlamaModel(LlamaConfiguration config, ModelDescription description, IWeightSource source, ModelPlacement placement)
        : base(description, source, placement)
    {
        _config = config;
        _layers = Enumerable.Range(0, config.Layers).Select(NewLayer).ToArray();
        _inverseFrequencies = tensor(
            RotaryFrequencies.Inverse(config.HeadSize, config.RotaryBase, config.RotaryScaling), device: Device).DetachFromDisposeScope();
    }

    /// <summary>Makes the model of a folder's config.json over the weights of <paramref name="source"/>.</summary>
    public static LlamaModel Create(ModelFolder folder, IWeightSource source, ModelPlacement placement)
    {
        var unknown = LlamaConfiguration.Fields.Check(folder.Fields);
        var config = LlamaConfiguration.Read(folder.Fields);
        ModelSizes.CheckLayers(folder.Fields, "num_hidden_layers", source.Names, LlamaNames.Layers);
        var description = new ModelDescription(
            folder,
            "LLaMA",
            unknown,
            new TransformerShape(config.Layers, config.HiddenSize, config.Heads, config.KeyValueHeads, config.HeadSize),
            [.. LlamaNames.Weights(config)],
            [.. LlamaNames.LinearSites(config)],
            LlamaNames.Embedding,
            LlamaNames.IsDerived,
            config.TiesEmbeddings ? [($"{LlamaNames.Head}.weight", LlamaNames.Embedding)] : []);
        return new LlamaModel(config, description, source, placement);
    }

    public override int VocabularySize => _config.VocabularySize;

    public override int MaximumPositions => _config.MaximumPositions;

    public override void Dispose()
    {
        _inverseFrequencies.Dispose();
        base.Dispose();
    }

    protected override RotaryTables Rotary(Tensor positions) => RotaryTables.For(positions, _inverseFrequencies, ElementType);

    protected override Tensor Block(int layer, Tensor stream, ForwardContext pass)
    {
        var names = _layers[layer];
        var normed = RmsNorm(stream, names.InputNorm, pass.Hooks);
        stream = Residual(names.Attention, stream, normed, input => SelfAttention(layer, input, pass), pass);
        normed = RmsNorm(stream, names.PostAttentionNorm, pass.Hooks);
        return Residual(names.Mlp, stream, normed, input => FeedForward(layer, input, pass), pass);
    }

    protected override Tensor FinalNorm(Tensor stream, ForwardContext pass) =>
        RmsNorm(stream, LlamaNames.FinalNorm, pass.Hooks);

    private Tensor SelfAttention(int layer, Tensor input, ForwardContext pass)
    {
        var names = _layers[layer];
        var query = Split(Linear(names.Query, input, pass), _config.Heads);
        var key = ProjectKeys(input);
        var value = ProjectValues(input);
        var heads = Attend(
            layer, names.Attention, pass.Rotary!.Rotate(query), pass.Rotary.Rotate(key), value, pass, ProjectKeys, ProjectValues);
        var joined = heads.transpose(1, 2).flatten(2);
        return Linear(names.Output, joined, pass);

        Tensor ProjectKeys(Tensor hidden) => Split(Linear(names.Key, hidden, pass), _config.KeyValueHeads);

        Tensor ProjectValues(Tensor hidden) => Split(Linear(names.Value, hidden, pass), _config.KeyValueHeads);
    }

    private Tensor FeedForward(int layer, Tensor input, ForwardContext pass)
    {
        var names = _layers[layer];
        var gate = nn.functional.silu(Linear(names.Gate, input, pass));
        return Linear(names.Down, gate * Linear(names.Up, input, pass), pass);
    }

    // [B, T, heads · headSize] → [B, heads, T, headSize]
    private Tensor Split(Tensor projected, int heads) =>
        projected.view(projected.shape[0], projected.shape[1], heads, _config.HeadSize).transpose(1, 2);

    // w · x / sqrt(mean(x²) + eps), normalized in fp32, scaled in the stream's type as the reference implementation does.
    private Tensor RmsNorm(Tensor stream, string weight, ModelHooks hooks)
    {
        var wide = stream.to(ScalarType.Float32);
        var normalized = wide * (wide.square().mean([-1L], keepdim: true) + _config.NormEpsilon).rsqrt();
        return normalized.to(stream.dtype) * Weight(weight, hooks).to(stream.dtype);
    }

    private Layer NewLayer(int i) => new(
        LlamaNames.Attention(i),
        LlamaNames.Mlp(i),
        LlamaNames.InputNorm(i),
        LlamaNames.PostAttentionNorm(i),
        Linear($"{LlamaNames.Attention(i)}.q_proj"),
        Linear($"{LlamaNames.Attention(i)}.k_proj"),
        Linear($"{LlamaNames.Attention(i)}.v_proj"),
        Linear($"{LlamaNames.Attention(i)}.o_proj"),
        Linear($"{LlamaNames.Mlp(i)}.gate_proj"),
        Linear($"{LlamaNames.Mlp(i)}.up_proj"),
        Linear($"{LlamaNames.Mlp(i)}.down_proj"));

    // Names and modules of one block, resolved once: a step looks up hundreds of them.
    private sealed record Layer(
        string Attention,
        string Mlp,
        string InputNorm,
        string PostAttentionNorm,
        IFrozenLinear Query,
        IFrozenLinear Key,
        IFrozenLinear Value,
        IFrozenLinear Output,
        IFrozenLinear Gate,
        IFrozenLinear Up,
        IFrozenLinear Down);
}
