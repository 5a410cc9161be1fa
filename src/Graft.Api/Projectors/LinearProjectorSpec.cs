namespace Graft.Api.Projectors;

/// <summary>One linear layer; it has no settings of its own.</summary>
public sealed record LinearProjectorSpec : IProjectorSpec
{
    string IProjectorSpec.Title => "A linear projector";
}
