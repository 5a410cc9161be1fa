using Graft.Api.Methods;
using Graft.Models.Hooks;
using Graft.Models.Weights;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters.Bottleneck;

/// <summary>
/// One adapter at one half F of a pre-norm block r ← r + F(norm(r)). With h = F(norm(r)) and b(x) = c·up(σ(down(x))) the half gives
/// h + b(h) where it stands after it (Houlsby), h + b(h + r) on the residual stream (Pfeiffer), h + b(r) beside it (parallel).
/// It is computed in fp32 and given back in the stream's type.
/// </summary>
internal sealed class BottleneckLayer : IHook<SubLayerCall>, IDisposable
{
    private const double NormalDeviation = 0.02;
    private readonly BottleneckSpec _options;
    private readonly Tensor _initialUp;

    /// <param name="site">Where it acts.</param>
    /// <param name="options">The settings, resolved.</param>
    /// <param name="hidden">The model's width d.</param>
    /// <param name="seed">Decides the random starts.</param>
    /// <param name="device">Where the parameters live.</param>
    public BottleneckLayer(BottleneckSite site, BottleneckSpec options, int hidden, ulong seed, Device device)
    {
        (Site, _options) = (site, options);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var width = hidden / options.ReductionFactor!.Value;
        Down = Kept(options.Initialization == "normal" ? Normal([width, hidden], "down") : Uniform([width, hidden], "down"));
        Up = Kept(options.Initialization == "normal" ? Normal([hidden, width], "up") : zeros(hidden, width));
        _initialUp = Up.detach().clone().DetachFromDisposeScope();
        DownBias = Kept(zeros(width));
        UpBias = Kept(zeros(hidden));
        Scaling = options.LearnedScaling ? Kept(ones(1)) : null;

        Parameter Kept(Tensor values) => NewParameters.CopyOf(values, device);

        Tensor Normal(long[] shape, string part)
        {
            using var generator = new Generator(RandomWeights.SeedOf(seed, $"{site.File}.{part}"), CPU);
            return randn(shape, ScalarType.Float32, generator: generator).mul_(NormalDeviation);
        }

        Tensor Uniform(long[] shape, string part)
        {
            using var generator = new Generator(RandomWeights.SeedOf(seed, $"{site.File}.{part}"), CPU);
            return NewParameters.KaimingUniform(shape, generator);
        }
    }

    public BottleneckSite Site { get; }

    /// <summary>[m, d].</summary>
    public Parameter Down { get; }

    /// <summary>[m].</summary>
    public Parameter DownBias { get; }

    /// <summary>[d, m].</summary>
    public Parameter Up { get; }

    /// <summary>[d].</summary>
    public Parameter UpBias { get; }

    /// <summary>[1], or null where the scaling is not learned.</summary>
    public Parameter? Scaling { get; }

    public Tensor Around(in SubLayerCall call)
    {
        var given = call.Inner();
        var input = _options.Placement switch
        {
            "houlsby" => given,
            "pfeiffer" => given + call.Residual,
            _ => call.Residual,
        };
        var inner = F.linear(input.to(Down.dtype), Down, DownBias);
        var active = _options.Activation switch
        {
            "gelu" => F.gelu(inner),
            "swish" => F.silu(inner),
            _ => F.relu(inner),
        };
        var added = F.linear(active, Up, UpBias);
        return given + (Scaling is null ? added * _options.Scaling!.Value.Value : added * Scaling).to(given.dtype);
    }

    /// <summary>Whether what it adds is still what it began with.</summary>
    public bool IsUntrained() => NewParameters.AreEqual(Up, _initialUp) && !NewParameters.Any(UpBias);

    /// <summary>The parameters by the names that AdapterHub's library gives them.</summary>
    public IEnumerable<TrainableParameter> Parameters(string adapter)
    {
        var prefix = $"{Site.File}.adapters.{adapter}.";
        yield return new TrainableParameter($"{prefix}adapter_down.0.weight", Down);
        yield return new TrainableParameter($"{prefix}adapter_down.0.bias", DownBias);
        yield return new TrainableParameter($"{prefix}adapter_up.weight", Up);
        yield return new TrainableParameter($"{prefix}adapter_up.bias", UpBias);
        if (Scaling is not null)
        {
            yield return new TrainableParameter($"{prefix}scaling", Scaling);
        }
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters(""))
        {
            parameter.Value.Dispose();
        }

        _initialUp.Dispose();
    }
}
