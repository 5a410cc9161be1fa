using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Api.Validation;

namespace Graft.Api.Methods;

/// <summary>Bottleneck adapters: up(activation(down(x))), added to what halves of a block give.</summary>
public sealed record BottleneckSpec : IMethodSpec
{
    /// <summary>
    /// Where they stand: <c>houlsby</c> after attention and after the feed-forward part, on what these give (Houlsby et al. 2019,
    /// arXiv:1902.00751); <c>pfeiffer</c> after the feed-forward part, on the residual stream (Pfeiffer et al. 2021,
    /// arXiv:2005.00247); <c>parallel</c> beside the feed-forward part, on its residual input (He et al. 2022, arXiv:2110.04366).
    /// </summary>
    [AllowedValues("houlsby", "pfeiffer", "parallel")]
    public string Placement { get; init; } = "pfeiffer";

    /// <summary>Whether attention has one as well. Without it, as the placement's paper has it: for houlsby alone.</summary>
    public bool? Attention { get; init; }

    /// <summary>How many times narrower than the model they are. Without it 16, and 2 for parallel.</summary>
    [Range(1, 4096)]
    public int? ReductionFactor { get; init; }

    /// <summary>The activation. Without it swish for houlsby and relu for the others.</summary>
    [AllowedValues("relu", "gelu", "swish")]
    public string? Activation { get; init; }

    /// <summary>What their output is multiplied with. Without it 1, and 4 for parallel.</summary>
    [DecimalString(Minimum = 0, ExclusiveMinimum = true, Maximum = 1000)]
    public DecimalText? Scaling { get; init; }

    /// <summary>Learn the scaling, one number for each of them, which begins as 1.</summary>
    public bool LearnedScaling { get; init; }

    /// <summary>
    /// How they begin: <c>identity</c> (down Kaiming-uniform, up zero: the model is unchanged) or <c>normal</c> (both normal with
    /// deviation 0.02, as in Houlsby's).
    /// </summary>
    [AllowedValues("identity", "normal")]
    public string Initialization { get; init; } = "identity";

    ArtifactKind IMethodSpec.Publishes => ArtifactKind.Adapter;

    string IMethodSpec.Title => $"Bottleneck adapters ({Placement}, {Resolved().ReductionFactor} times narrower)";

    string IMethodSpec.LoadedBy => "AdapterHub's library adapters (no other: PEFT and vLLM have no bottleneck adapters)";

    string IMethodSpec.Library => Libraries.Adapters;

    /// <summary>The same with what the placement decides written out.</summary>
    public BottleneckSpec Resolved()
    {
        return this with
        {
            Attention = Attention ?? Placement == "houlsby",
            ReductionFactor = ReductionFactor ?? (Placement == "parallel" ? 2 : 16),
            Activation = Activation ?? (Placement == "houlsby" ? "swish" : "relu"),
            Scaling = Scaling ?? (Placement == "parallel" && !LearnedScaling ? 4 : 1),
        };
    }

    IMethodSpec IMethodSpec.Normalized()
    {
        return Resolved();
    }

    IEnumerable<SpecProblem> IMethodSpec.Check(FieldPath at, AdapterTrainingRunSpec run, FieldPath runAt)
    {
        if (LearnedScaling && Scaling is { } scaling && scaling != 1)
        {
            yield return SpecProblem.Impossible(
                at.Field("scaling"), "a learned scaling begins as 1", "leave out scaling, or learnedScaling to keep it as it is");
        }
    }
}
