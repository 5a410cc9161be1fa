using Graft.Models.Hooks;
using Graft.Models.Transformers;
using static TorchSharp.torch;

namespace Graft.Models.Tests.Hooks;

/// <summary>Trained vectors in front of the input.</summary>
internal sealed class PromptProbe(Tensor vectors) : IVirtualTokens
{
    public int Count => (int)vectors.shape[^2];

    public Tensor Vectors(ForwardContext context) => vectors;
}

/// <summary>Keys and values in front of a layer's own, from one tensor [2, heads, n, headSize].</summary>
internal sealed class PrefixProbe(Tensor both, bool shifts) : IKeyValuePrefix
{
    public int Count => (int)both.shape[2];

    public bool ShiftsPositions => shifts;

    public (Tensor Keys, Tensor Values) Of(ForwardContext context) => (both.narrow(0, 0, 1), both.narrow(0, 1, 1));
}

/// <summary>
/// LLaMA-Adapter's attention (Zhang et al., arXiv:2303.16199) with a picture: a prompt plus the picture's features, projected by the
/// frozen layer, in a softmax of its own that a gate opens.
/// </summary>
internal sealed class GatedPromptProbe(Tensor prompt, Tensor gate) : IHook<AttentionCall>
{
    public Tensor Around(in AttentionCall call)
    {
        var (inner, context, project) = (call.Inner(), call.Context, call.ProjectKeys);
        var adapted = prompt.unsqueeze(0) + context.Side("image.features").unsqueeze(1);
        var keys = context.Once(this, () => project(adapted));
        var groups = call.Query.shape[1] / keys.shape[1];
        var scores = call.Query.matmul(keys.repeat_interleave(groups, 1).transpose(-1, -2)) / Math.Sqrt(call.Query.shape[3]);
        var values = call.ProjectValues(adapted).repeat_interleave(groups, 1);
        return inner + (gate.tanh() * scores.softmax(-1).matmul(values));
    }
}

/// <summary>Adds s · input · a · b to a linear layer.</summary>
internal sealed class LowRankProbe(Tensor a, Tensor b) : IHook<LinearCall>
{
    public Tensor Around(in LinearCall call) => call.Inner() + call.Input.matmul(a).matmul(b);
}

/// <summary>Scales what a linear layer gives.</summary>
internal sealed class ScaleProbe(double factor) : IHook<LinearCall>
{
    public Tensor Around(in LinearCall call) => call.Inner() * factor;
}

/// <summary>Scales what a linear layer is given.</summary>
internal sealed class InputScaleProbe(double factor) : IHook<LinearCall>
{
    public Tensor Around(in LinearCall call) => call.Inner(call.Input * factor);
}

/// <summary>Shows a half block's input to the loss.</summary>
internal sealed class EmitProbe(string name) : IHook<SubLayerCall>
{
    public Tensor Around(in SubLayerCall call)
    {
        call.Context.Emit(name, call.Normed);
        return call.Inner();
    }
}

/// <summary>A weight in 8 bits with a scale for each row, dequantized as it is used.</summary>
internal sealed class EightBitProbe : IFrozenLinear
{
    private readonly Tensor _rounded;
    private readonly Tensor _scales;

    public EightBitProbe(LinearSite site, Tensor weight, Tensor? bias)
    {
        (Site, Bias) = (site, bias);
        var scales = weight.abs().amax([1L], keepdim: true) / 127;
        _rounded = (weight / scales).round().to(ScalarType.Int8).DetachFromDisposeScope();
        _scales = scales.DetachFromDisposeScope();
    }

    public LinearSite Site { get; }

    public Tensor? Bias { get; }

    public Tensor Apply(Tensor input) => nn.functional.linear(input, Weight(), Bias);

    public Tensor Weight() => _rounded.to(_scales.dtype) * _scales;

    public void Dispose()
    {
        _rounded.Dispose();
        _scales.Dispose();
    }
}
