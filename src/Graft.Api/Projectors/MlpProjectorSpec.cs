using System.ComponentModel.DataAnnotations;

namespace Graft.Api.Projectors;

/// <summary>Linear layers with GELU between them.</summary>
public sealed record MlpProjectorSpec : IProjectorSpec
{
    /// <summary>The number of linear layers.</summary>
    [Range(2, 8)]
    public int Depth { get; init; } = 2;

    string IProjectorSpec.Title => $"A projector of {Depth} linear layers";
}
