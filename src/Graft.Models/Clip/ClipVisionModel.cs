using Graft.Models.Configuration;
using Graft.Models.Hooks;
using Graft.Models.Transformers;
using Graft.Models.Vision;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models.Clip;

/// <summary>
/// The vision transformer of CLIP (Radford et al., arXiv:2103.00020): a class token and patches with learned positions, a norm before the
/// first block, pre-norm blocks. The final norm belongs to the pooled class token alone.
/// </summary>
internal sealed class ClipVisionModel : VisionModel
{
    private readonly ClipVisionConfiguration _config;
    private readonly Layer[] _layers;

    private ClipVisionModel(
        ClipVisionConfiguration config, ModelDescription description, IWeightSource source, ModelPlacement placement)
        : base(description, source, placement)
    {
        _config = config;
        _layers = Enumerable.Range(0, config.Layers).Select(NewLayer).ToArray();
    }

    public override int ImageSize => _config.ImageSize;

    public override int Patches => _config.Patches;

    public override int LeadingTokens => 1;

    /// <summary>Makes the encoder of a folder's config.json over the weights of <paramref name="source"/>.</summary>
    public static ClipVisionModel Create(ModelFolder folder, IWeightSource source, ModelPlacement placement)
    {
        var unknown = ClipVisionConfiguration.Fields.Check(folder.Fields);
        var config = ClipVisionConfiguration.Read(folder.Fields);
        if (source.Names?.Any(name => name.StartsWith(ClipVisionNames.OlderPrefix, StringComparison.Ordinal)) == true)
        {
            source = RenamedWeights.WithoutPrefix(source, ClipVisionNames.OlderPrefix);
        }

        ModelSizes.CheckLayers(
            folder.Fields, "num_hidden_layers", source.Names, ClipVisionNames.Layers, ClipVisionConfiguration.UsualLayers);
        var description = new ModelDescription(
            folder,
            "CLIP vision encoder",
            unknown,
            new TransformerShape(config.Layers, config.HiddenSize, config.Heads, config.Heads, config.HiddenSize / config.Heads),
            [.. ClipVisionNames.Weights(config)],
            [.. ClipVisionNames.LinearSites(config)],
            ClipVisionNames.Patches,
            ClipVisionNames.IsDerived,
            []);
        return new ClipVisionModel(config, description, source, placement);
    }

    protected override Tensor Enter(Tensor pixels, ForwardContext pass)
    {
        var hooks = pass.Hooks;
        var patches = nn.functional.conv2d(
            pixels, Weight(ClipVisionNames.Patches, hooks).to(ElementType), strides: [_config.PatchSize, _config.PatchSize]);
        var first = Weight(ClipVisionNames.ClassToken, hooks).to(ElementType).expand(pixels.shape[0], 1, -1);
        var tokens = cat([first, patches.flatten(2).transpose(1, 2)], 1) + Weight(ClipVisionNames.Positions, hooks).to(ElementType);
        return LayerNorm(tokens, ClipVisionNames.FirstNorm, _config.NormEpsilon, hooks);
    }

    protected override Tensor Block(int layer, Tensor stream, ForwardContext pass)
    {
        var names = _layers[layer];
        var normed = LayerNorm(stream, names.AttentionNorm, _config.NormEpsilon, pass.Hooks);
        stream = Residual(names.Attention, stream, normed, input => SelfAttention(names, input, pass), pass);
        normed = LayerNorm(stream, names.MlpNorm, _config.NormEpsilon, pass.Hooks);
        return Residual(names.Mlp, stream, normed, input => FeedForward(names, input, pass), pass);
    }

    protected override Tensor Pool(Tensor hidden, ModelHooks hooks) =>
        LayerNorm(hidden.select(1, 0), ClipVisionNames.FinalNorm, _config.NormEpsilon, hooks);

    private Tensor SelfAttention(Layer names, Tensor input, ForwardContext pass)
    {
        var query = Split(Linear(names.Query, input, pass));
        var heads = Attend(
            names.Attention, query, ProjectKeys(input), ProjectValues(input), pass, ProjectKeys, ProjectValues);
        return Linear(names.Output, heads.transpose(1, 2).flatten(2), pass);

        Tensor ProjectKeys(Tensor hidden) => Split(Linear(names.Key, hidden, pass));

        Tensor ProjectValues(Tensor hidden) => Split(Linear(names.Value, hidden, pass));
    }

    private Tensor FeedForward(Layer names, Tensor input, ForwardContext pass)
    {
        var wide = Linear(names.Expand, input, pass);
        return Linear(names.Contract, _config.UsesQuickGelu ? wide * (wide * 1.702).sigmoid() : nn.functional.gelu(wide), pass);
    }

    // [B, T, hidden] → [B, heads, T, headSize]
    private Tensor Split(Tensor projected) =>
        projected.view(projected.shape[0], projected.shape[1], _config.Heads, Shape.HeadSize).transpose(1, 2);

    private Layer NewLayer(int i) => new(
        ClipVisionNames.Attention(i),
        ClipVisionNames.Mlp(i),
        ClipVisionNames.AttentionNorm(i),
        ClipVisionNames.MlpNorm(i),
        Linear($"{ClipVisionNames.Attention(i)}.q_proj"),
        Linear($"{ClipVisionNames.Attention(i)}.k_proj"),
        Linear($"{ClipVisionNames.Attention(i)}.v_proj"),
        Linear($"{ClipVisionNames.Attention(i)}.out_proj"),
        Linear($"{ClipVisionNames.Mlp(i)}.fc1"),
        Linear($"{ClipVisionNames.Mlp(i)}.fc2"));

    // Names and modules of one block, resolved once.
    private sealed record Layer(
        string Attention,
        string Mlp,
        string AttentionNorm,
        string MlpNorm,
        IFrozenLinear Query,
        IFrozenLinear Key,
        IFrozenLinear Value,
        IFrozenLinear Output,
        IFrozenLinear Expand,
        IFrozenLinear Contract);
}
