using Graft.Api.Projectors;

namespace Graft.Adapters.Projectors;

/// <summary>The projectors Graft knows. A new one is a line in the list.</summary>
public static class ProjectorMethods
{
    private static readonly IReadOnlyList<(Type Spec, Func<IProjectorSpec, ProjectorAttachment, ulong, ITrainedPart> Make)> All =
    [
        (typeof(LinearProjectorSpec), (_, attachment, seed) => new Projector(attachment, depth: 1, seed)),
        (typeof(MlpProjectorSpec), (spec, attachment, seed) => new Projector(attachment, ((MlpProjectorSpec)spec).Depth, seed)),
    ];

    /// <summary>A new projector.</summary>
    /// <exception cref="AdapterException">No projector has such settings.</exception>
    public static ITrainedPart Attach(IProjectorSpec spec, ProjectorAttachment attachment, ulong seed) =>
        All.FirstOrDefault(entry => entry.Spec == spec.GetType()).Make is { } make
            ? make(spec, attachment, seed)
            : throw new AdapterException($"this trainer does not know the projector {spec.GetType().Name}");
}
