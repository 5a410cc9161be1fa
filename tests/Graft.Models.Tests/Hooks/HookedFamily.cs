using Graft.Models.Decoder;
using Graft.Models.Hooks;
using Graft.Models.Transformers;
using Graft.Models.Vision;
using static TorchSharp.torch;

namespace Graft.Models.Tests.Hooks;

/// <summary>A tiny model of any kind and family with a batch of two, so that one test of hooks runs on all of them.</summary>
internal sealed class HookedFamily : IDisposable
{
    /// <summary>The families: two kinds of positions, a fused projection, an encoder.</summary>
    public static readonly IReadOnlyList<string> Names = ["llama", "gpt2", "clip"];

    private readonly TinyModel _tiny = new();
    private readonly ICausalLanguageModel? _decoder;
    private readonly IVisionEncoder? _encoder;
    private readonly Tensor _entering;

    public HookedFamily(string family)
    {
        if (family == "clip")
        {
            _tiny.Write(TinyModel.ClipVision());
            Model = _encoder = VisionEncoders.Initialize(_tiny.Folder, seed: 7);
            using var generator = new Generator(3, CPU);
            _entering = randn([2, 3, 16, 16], generator: generator);
            return;
        }

        var configuration = family == "llama" ? TinyModel.Llama() : TinyModel.Gpt2();
        Model = _decoder = _tiny.Initialize(configuration);
        _entering = tensor([5L, 6, 7, 8, 9, 3, 4, 2]).view(2, 4);
    }

    public IFrozenModel Model { get; }

    public bool IsDecoder => _decoder is not null;

    /// <summary>The attention modules, in the order of the pass.</summary>
    public IReadOnlyList<string> Attention =>
        [.. Model.LinearSites.Where(site => site.Roles.HasFlag(LinearRoles.Query)).Select(site => site.Parent)];

    /// <summary>The linear layers that bring attention's heads back.</summary>
    public IReadOnlyList<string> Outputs =>
        [.. Model.LinearSites.Where(site => site.Roles.HasFlag(LinearRoles.Output)).Select(site => site.Name)];

    /// <summary>What the last block gives (in a decoder, after the final norm) for the batch.</summary>
    public Tensor Run(ModelHooks? hooks = null, HookOutputs? outputs = null, params (string Name, Tensor Value)[] side)
    {
        var inputs = side.ToDictionary(input => input.Name, input => input.Value);
        return _decoder is not null
            ? _decoder.Hidden(TokenBatch.Of(_entering) with { SideInputs = inputs }, hooks, outputs: outputs)
            : _encoder!.Hidden(ImageBatch.Of(_entering) with { SideInputs = inputs }, hooks: hooks, outputs: outputs);
    }

    /// <summary>The same from the stream before a block on.</summary>
    public Tensor RunFrom(Tensor stream, int layer, ModelHooks? hooks = null) => _decoder is not null
        ? _decoder.Hidden(TokenBatch.OfStream(stream, layer), hooks)
        : _encoder!.Hidden(ImageBatch.OfStream(stream, layer), hooks: hooks);

    public void Dispose()
    {
        Model.Dispose();
        _tiny.Dispose();
    }
}
