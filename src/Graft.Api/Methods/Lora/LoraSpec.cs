using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Methods;

/// <summary>LoRA: y = W x + s B A dropout(x), with s = alpha / rank, or alpha / sqrt(rank) with rsLora.</summary>
[AtMostOneOf("targetModules", "targetPattern")]
public sealed record LoraSpec : IMethodSpec
{
    /// <summary>The rank r of the update.</summary>
    [Range(1, 1024)]
    public int Rank { get; init; } = 8;

    /// <summary>The numerator of the scale s.</summary>
    [Range(1, 65536)]
    public int Alpha { get; init; } = 16;

    /// <summary>The dropout probability in front of A.</summary>
    [DecimalString(Minimum = 0, Maximum = 1, ExclusiveMaximum = true)]
    public DecimalText Dropout { get; init; }

    /// <summary>
    /// The linear layers to adapt, by the last parts of their names (<c>q_proj</c>, <c>mlp.up_proj</c>), or the one entry
    /// <c>all-linear</c>: every linear layer but the output head. Without it, and without targetPattern, the model family's
    /// usual ones: for LLaMA q_proj and v_proj.
    /// </summary>
    [MaxLength(256)]
    [ItemLength(1, 253)]
    public List<string>? TargetModules { get; init; }

    /// <summary>The linear layers to adapt, as a regular expression that their whole name must match.</summary>
    [Length(1, 1024)]
    public string? TargetPattern { get; init; }

    /// <summary>Layers that are not adapted although they match, by the last parts of their names.</summary>
    [MaxLength(256)]
    [ItemLength(1, 253)]
    public List<string>? ExcludeModules { get; init; }

    /// <summary>Scale by alpha / sqrt(rank) (Kalajdzievski 2023, arXiv:2312.03732).</summary>
    public bool RsLora { get; init; }

    /// <summary>Decompose each weight into magnitude and direction (DoRA: Liu et al. 2024, arXiv:2402.09353).</summary>
    public bool Dora { get; init; }

    /// <summary>
    /// How A and B start: <c>default</c> (A Kaiming-uniform, B zero), <c>gaussian</c> (A normal, B zero),
    /// <c>pissa</c> (principal singular vectors, arXiv:2404.02948) or <c>olora</c> (QR factors, arXiv:2406.01775).
    /// </summary>
    [AllowedValues("default", "gaussian", "pissa", "olora")]
    public string Initialization { get; init; } = "default";

    IReadOnlyList<string>? IMethodSpec.NamedLayers => TargetNames.Named(TargetModules);

    ArtifactKind IMethodSpec.Publishes => ArtifactKind.Adapter;

    string IMethodSpec.Title =>
        $"A {(Dora ? "DoRA" : "LoRA")} adapter (rank {Rank}, alpha {Alpha}{(RsLora ? ", rank-stabilized" : "")})";

    string IMethodSpec.LoadedBy => "PEFT, vLLM and KServe";

    IMethodSpec IMethodSpec.Normalized()
    {
        return this with { TargetModules = TargetNames.Set(TargetModules), ExcludeModules = TargetNames.Set(ExcludeModules) };
    }

    IEnumerable<SpecProblem> IMethodSpec.Check(FieldPath at, AdapterTrainingRunSpec run, FieldPath runAt)
    {
        // Both change the frozen weight that the other one starts from.
        IEnumerable<SpecProblem> clash = Dora && Initialization is "pissa" or "olora"
            ? [
                SpecProblem.Impossible(
                    at.Field("initialization"),
                    $"{Initialization} cannot be combined with dora",
                    "choose \"default\" or \"gaussian\", or set dora: false"),
            ]
            : [];
        return TargetNames.Check(at, TargetModules, TargetPattern).Concat(clash);
    }
}
