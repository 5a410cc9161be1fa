using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>How the frozen base is adapted.</summary>
[ExactlyOneOf("lora", "full")]
public sealed class MethodSpec
{
    /// <summary>Low-rank adapters beside linear layers (Hu et al. 2021, arXiv:2106.09685).</summary>
    public LoraSpec? Lora { get; set; }

    /// <summary>Train every weight; for small models that are pre-trained from scratch. Publishes a whole model.</summary>
    public FullSpec? Full { get; set; }
}

/// <summary>LoRA: y = W x + s B A dropout(x), with s = alpha / rank, or alpha / sqrt(rank) with rsLora.</summary>
[AtMostOneOf("targetModules", "targetPattern")]
public sealed class LoraSpec
{
    /// <summary>The rank r of the update.</summary>
    [Range(1, 1024)]
    [DefaultValue(8)]
    public int? Rank { get; set; }

    /// <summary>The numerator of the scale s.</summary>
    [Range(1, 65536)]
    [DefaultValue(16)]
    public int? Alpha { get; set; }

    /// <summary>The dropout probability in front of A.</summary>
    [DecimalString(Minimum = 0, Maximum = 1, ExclusiveMaximum = true)]
    [DefaultValue("0")]
    public string? Dropout { get; set; }

    /// <summary>
    /// The linear layers to adapt, by the last parts of their names (<c>q_proj</c>, <c>mlp.up_proj</c>), or the one entry
    /// <c>all-linear</c>: every linear layer but the output head. Without it, and without targetPattern, the model family's
    /// usual ones: for LLaMA q_proj and v_proj.
    /// </summary>
    [MaxLength(256)]
    [ItemLength(1, 253)]
    public List<string>? TargetModules { get; set; }

    /// <summary>The linear layers to adapt, as a regular expression that their whole name must match.</summary>
    [Length(1, 1024)]
    public string? TargetPattern { get; set; }

    /// <summary>Layers that are not adapted although they match, by the last parts of their names.</summary>
    [MaxLength(256)]
    [ItemLength(1, 253)]
    public List<string>? ExcludeModules { get; set; }

    /// <summary>Scale by alpha / sqrt(rank) (Kalajdzievski 2023, arXiv:2312.03732).</summary>
    [DefaultValue(false)]
    public bool? RsLora { get; set; }

    /// <summary>Decompose each weight into magnitude and direction (DoRA: Liu et al. 2024, arXiv:2402.09353).</summary>
    [DefaultValue(false)]
    public bool? Dora { get; set; }

    /// <summary>
    /// How A and B start: <c>default</c> (A Kaiming-uniform, B zero), <c>gaussian</c> (A normal, B zero),
    /// <c>pissa</c> (principal singular vectors, arXiv:2404.02948) or <c>olora</c> (QR factors, arXiv:2406.01775).
    /// </summary>
    [AllowedValues("default", "gaussian", "pissa", "olora")]
    [DefaultValue("default")]
    public string? Initialization { get; set; }
}

/// <summary>Training of every weight; it has no settings of its own.</summary>
public sealed class FullSpec;
