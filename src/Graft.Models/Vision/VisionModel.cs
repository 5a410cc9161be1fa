using Graft.Models.Hooks;
using Graft.Models.Transformers;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models.Vision;

/// <summary>What all vision transformers share around their blocks. Every token sees every other.</summary>
internal abstract class VisionModel(ModelDescription description, IWeightSource source, ModelPlacement placement)
    : TransformerModel(description, source, placement), IVisionEncoder
{
    public abstract int ImageSize { get; }

    public abstract int LeadingTokens { get; }

    public abstract int Patches { get; }

    public Tensor Hidden(ImageBatch batch, int? layers = null, ModelHooks? hooks = null, HookOutputs? outputs = null)
    {
        using var scope = NewDisposeScope();
        var pass = new ForwardContext(hooks ?? ModelHooks.None, batch, scope, outputs: outputs) { Mask = AttentionMask.None };
        var stream = batch.Stream?.to(ElementType) ?? Enter(Pixels(batch), pass);
        foreach (var hook in batch.Stream is null ? pass.Hooks.Embeddings : [])
        {
            stream = hook.Apply(stream, pass);
        }

        var tokens = stream.shape[1];
        if (VirtualTokens(stream.shape[0], pass) is { } added)
        {
            stream = batch.Stream is null
                ? cat([added, stream], 1)
                : throw new ArgumentException(
                    "virtual tokens enter before the first block: begin there, not at a later one", nameof(batch));
        }

        stream = Blocks(stream, batch.FromLayer, layers ?? Shape.Layers, pass);
        pass.Complete();
        return stream.narrow(1, stream.shape[1] - tokens, tokens).MoveToOuterDisposeScope();
    }

    public Tensor Pooled(Tensor hidden, ModelHooks? hooks = null)
    {
        using var scope = NewDisposeScope();
        return Pool(hidden, hooks ?? ModelHooks.None).MoveToOuterDisposeScope();
    }

    /// <summary>Patches with their positions, leading tokens in front: what enters the first block, [B, T, hidden].</summary>
    /// <param name="pixels">[B, channels, size, size] in the model's type.</param>
    /// <param name="pass">The pass.</param>
    protected abstract Tensor Enter(Tensor pixels, ForwardContext pass);

    /// <summary>One vector for each picture.</summary>
    protected abstract Tensor Pool(Tensor hidden, ModelHooks hooks);

    private Tensor Pixels(ImageBatch batch)
    {
        var pixels = batch.PixelValues!;
        return pixels.shape[2] == ImageSize && pixels.shape[3] == ImageSize
            ? pixels.to(ElementType)
            : throw new ArgumentException(
                $"{Folder} takes pictures of {ImageSize} × {ImageSize} pixels, not {pixels.shape[2]} × {pixels.shape[3]}",
                nameof(batch));
    }
}
