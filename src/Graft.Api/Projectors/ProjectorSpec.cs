using System.Text.Json.Serialization;
using Graft.Api.Planning;
using Graft.Api.Schema;

namespace Graft.Api.Projectors;

/// <summary>A projector's settings: the same record in a spec and in a plan. What computes has the same name in Graft.Adapters.</summary>
public interface IProjectorSpec
{
    /// <summary>The trained part in words, as a model card has it.</summary>
    string Title { get; }
}

/// <summary>The trained part between encoder and language model.</summary>
[ExactlyOneOf]
public sealed record ProjectorSpec
{
    /// <summary>One linear layer (LLaVA: Liu et al. 2023, arXiv:2304.08485).</summary>
    public LinearProjectorSpec? Linear { get; init; }

    /// <summary>Linear layers with GELU between them (LLaVA-1.5: Liu et al. 2023, arXiv:2310.03744).</summary>
    public MlpProjectorSpec? Mlp { get; init; }

    /// <summary>The projector that is set.</summary>
    /// <exception cref="PlanFormatException">None is, or several are: a spec that says so is refused by its schema.</exception>
    [JsonIgnore]
    public IProjectorSpec Selected => Choice.Of<IProjectorSpec>(this, "projector").Value;
}
