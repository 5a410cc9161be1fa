using Graft.Api.Planning;
using Graft.Artifacts;

namespace Graft.Trainer.Running;

/// <summary>The artifact stores that a plan names.</summary>
internal static class Stores
{
    /// <summary>The store to publish to: a registry where the plan names a repository, else a folder.</summary>
    public static IArtifactStore ForPublishing(PlanPublish publish) => publish switch
    {
        { Directory: { } folder } => ArtifactStore.InFolder(folder),
        _ => throw new PlanFormatException("execution.publish: the plan names neither a repository nor a directory to publish to."),
    };

    /// <summary>The store that a reference is in.</summary>
    public static IArtifactStore ForReading(PlanOci oci) => ArtifactStore.InFolder(oci.Reference);
}
