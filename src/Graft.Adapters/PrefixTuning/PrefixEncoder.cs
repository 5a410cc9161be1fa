using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Parameter = TorchSharp.Modules.Parameter;

namespace Graft.Adapters.PrefixTuning;

/// <summary>The network between a prefix's embedding and its keys and values: W₂ tanh(W₁ e + b₁) + b₂.</summary>
/// <param name="Inner">W₁ [h, width].</param>
/// <param name="InnerBias">b₁ [h].</param>
/// <param name="Outer">W₂ [2 · layers · width, h].</param>
/// <param name="OuterBias">b₂ [2 · layers · width].</param>
internal sealed record PrefixProjection(Tensor Inner, Tensor InnerBias, Tensor Outer, Tensor OuterBias);

/// <summary>
/// The parameters of a prefix under the names that PEFT gives them. A row of what it gives is one virtual token's keys and values,
/// [layer 0 keys, layer 0 values, layer 1 keys, …].
/// </summary>
internal sealed class PrefixEncoder : IDisposable
{
    public const string Prefix = "prompt_encoder.";

    private readonly Parameter _embedding;
    private readonly Parameter[] _projection;
    private readonly Tensor _initial;

    /// <param name="embedding">[n, 2 · layers · width], or [n, width] with a projection.</param>
    /// <param name="projection">The network behind it, or null.</param>
    /// <param name="device">Where the parameters live.</param>
    public PrefixEncoder(Tensor embedding, PrefixProjection? projection, Device device)
    {
        _embedding = NewParameters.CopyOf(embedding, device);
        _projection = projection is null
            ? []
            : [.. new[] { projection.InnerBias, projection.Inner, projection.OuterBias, projection.Outer }
                .Select(values => NewParameters.CopyOf(values, device))];
        using var noGradient = no_grad();
        _initial = Rows().clone().DetachFromDisposeScope();
    }

    /// <summary>n.</summary>
    public long Count => _embedding.shape[0];

    /// <summary>Whether there is a network behind the embedding.</summary>
    public bool Projects => _projection.Length > 0;

    /// <summary>Whether it still gives what it gave at first.</summary>
    public bool IsUntrained => NewParameters.AreEqual(Rows(), _initial);

    /// <summary>All parameters, in ordinal order of names.</summary>
    public IEnumerable<TrainableParameter> Parameters()
    {
        string[] names = ["transform.0.bias", "transform.0.weight", "transform.2.bias", "transform.2.weight"];
        return names.Zip(_projection, (name, value) => new TrainableParameter(Prefix + name, value))
            .Prepend(new TrainableParameter($"{Prefix}embedding.weight", _embedding));
    }

    /// <summary>Keys and values of all layers, [n, 2 · layers · width].</summary>
    public Tensor Rows() => Projects
        ? F.linear(F.linear(_embedding, _projection[1], _projection[0]).tanh(), _projection[3], _projection[2])
        : _embedding;

    public void Dispose()
    {
        foreach (var parameter in Parameters())
        {
            parameter.Value.Dispose();
        }

        _initial.Dispose();
    }
}
