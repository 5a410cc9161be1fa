using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Artifacts.Registry;

namespace Graft.Trainer.Running;

/// <summary>The artifact stores that a plan names.</summary>
internal static class Stores
{
    /// <summary>The store to publish to: below a registry's repository where the plan names one, else a folder.</summary>
    public static IArtifactStore ForPublishing(PlanPublish publish) => publish switch
    {
        { Repository: { } repository } => ArtifactStore.InRegistry(repository, Options(publish.PlainHttp, publish.CredentialsFile)),
        { Directory: { } folder } => ArtifactStore.InFolder(folder),
        _ => throw new PlanFormatException("execution.publish: the plan names neither a repository nor a directory to publish to."),
    };

    /// <summary>Fetches an artifact into a folder that is new or empty.</summary>
    public static Task PullAsync(PlanOci oci, string folder, CancellationToken cancellationToken) =>
        ArtifactStore.PullAsync(oci.Reference, folder, Options(oci.PlainHttp, oci.CredentialsFile), cancellationToken);

    private static RegistryOptions Options(bool plainHttp, string? credentials) =>
        new() { PlainHttp = plainHttp, DockerConfigFile = credentials };
}
