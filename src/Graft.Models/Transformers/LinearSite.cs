namespace Graft.Models.Transformers;

/// <summary>What a linear layer does, whatever its family calls it. A fused layer has several roles.</summary>
[Flags]
public enum LinearRoles
{
    None = 0,

    /// <summary>Makes the queries of attention.</summary>
    Query = 1,

    /// <summary>Makes the keys.</summary>
    Key = 2,

    /// <summary>Makes the values.</summary>
    Value = 4,

    /// <summary>Brings attention's heads back into the residual stream.</summary>
    Output = 8,

    /// <summary>Widens the stream in the feed-forward part.</summary>
    Up = 16,

    /// <summary>Gates what was widened.</summary>
    Gate = 32,

    /// <summary>Brings what was widened back into the residual stream.</summary>
    Down = 64,

    /// <summary>Makes the logits.</summary>
    Head = 128,
}

/// <summary>A linear layer of a model, as adapter methods see it.</summary>
/// <param name="Name">Dotted module name in Hugging Face's layout.</param>
/// <param name="Roles">What it does.</param>
/// <param name="InputSize">Width of its input.</param>
/// <param name="OutputSize">Width of its output.</param>
/// <param name="Layer">Index of its block, or null outside of blocks.</param>
/// <param name="WeightName">The parameter that holds its weight; a tied head names the embedding table.</param>
/// <param name="BiasName">The parameter that holds its bias, or null.</param>
/// <param name="IsTransposed">Whether the weight is stored [in, out] (GPT-2's Conv1D) instead of [out, in].</param>
public sealed record LinearSite(
    string Name,
    LinearRoles Roles,
    int InputSize,
    int OutputSize,
    int? Layer,
    string WeightName,
    string? BiasName = null,
    bool IsTransposed = false)
{
    /// <summary>The name of the module that it is part of: attention or the feed-forward part, for a layer of a block.</summary>
    public string Parent => Name[..Name.LastIndexOf('.')];

    /// <summary>Whether it makes the logits.</summary>
    public bool IsOutputHead => Roles.HasFlag(LinearRoles.Head);
}
