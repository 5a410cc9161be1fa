namespace Graft.Models.Weights;

/// <summary>What a weight is, which decides how it is drawn at random.</summary>
public enum WeightKind
{
    /// <summary>A linear layer or an embedding table: normal with the configuration's deviation.</summary>
    Matrix,

    /// <summary>The scale of a norm: ones.</summary>
    NormScale,

    /// <summary>An additive bias: zeros.</summary>
    Bias,
}

/// <summary>One weight that a model needs, by the name it has in Hugging Face's layout.</summary>
/// <param name="Name">Dotted parameter name, e.g. <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
/// <param name="Shape">Its shape as stored.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Deviation">Standard deviation of a random start; used for matrices only.</param>
public sealed record WeightSpec(string Name, IReadOnlyList<long> Shape, WeightKind Kind, double Deviation = 0.02);
