using Graft.Api.Methods;
using Graft.Models;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Adapters.PrefixTuning;

/// <summary>Prefix tuning (Li and Liang 2021, arXiv:2101.00190), and with it P-tuning v2 (Liu et al. 2022, arXiv:2110.07602).</summary>
public sealed class PrefixTuningMethod(PrefixTuningSpec spec) : IAdapterMethod
{
    public string Name => "prefixTuning";

    public IAdapter Attach(IFrozenModel model, AdapterStart start)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var width = PrefixTuningAdapter.WidthOf(model);
        var all = 2 * model.Shape.Layers * width;
        var inner = spec.ProjectionSize ?? width;
        var encoder = spec.Projection
            ? new PrefixEncoder(
                Normal("embedding.weight", spec.VirtualTokens, width),
                new PrefixProjection(
                    Uniform("transform.0.weight", [inner, width], width), Uniform("transform.0.bias", [inner], width),
                    Uniform("transform.2.weight", [all, inner], inner), Uniform("transform.2.bias", [all], inner)),
                model.Device)
            : new PrefixEncoder(Normal("embedding.weight", spec.VirtualTokens, all), projection: null, model.Device);
        return new PrefixTuningAdapter(model, encoder, spec.Projection ? inner : width);

        Tensor Normal(string name, long rows, long columns) =>
            Drawn(name, generator => randn([rows, columns], ScalarType.Float32, generator: generator));

        Tensor Uniform(string name, long[] shape, long inputs) =>
            Drawn(name, generator => NewParameters.Uniform(shape, inputs, generator));

        Tensor Drawn(string name, Func<Generator, Tensor> draw)
        {
            using var generator = new Generator(RandomWeights.SeedOf(start.Seed, PrefixEncoder.Prefix + name), CPU);
            return draw(generator);
        }
    }
}
