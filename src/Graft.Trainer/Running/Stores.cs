using Graft.Api.Planning;
using Graft.Artifacts;
using Graft.Artifacts.Registry;

namespace Graft.Trainer.Running;

/// <summary>The artifact stores that a plan names.</summary>
internal static class Stores
{
    /// <summary>For a question before the training: a wrong address is told in seconds, a busy registry is waited for.</summary>
    public static RegistryOptions Preflight { get; } = new()
    {
        UnreachableTime = TimeSpan.FromSeconds(4),
        RequestTime = TimeSpan.FromSeconds(10),
    };

    /// <summary>For one of many attempts to publish: whoever makes them waits in between.</summary>
    public static RegistryOptions Attempt { get; } = new() { RetryTime = TimeSpan.FromSeconds(10) };

    /// <summary>The store to publish to: below a registry's repository where the plan names one, else a folder.</summary>
    public static IArtifactStore ForPublishing(PlanPublish publish, RegistryOptions speaking) => publish switch
    {
        { Repository: { } repository } => ArtifactStore.InRegistry(
            repository, speaking with { PlainHttp = publish.PlainHttp, DockerConfigFile = publish.CredentialsFile }),
        { Directory: { } folder } => ArtifactStore.InFolder(folder, speaking.Transferred),
        _ => throw new PlanFormatException("execution.publish: the plan names neither a repository nor a directory to publish to."),
    };

    /// <summary>Fetches an artifact into a folder that is new or empty.</summary>
    public static Task PullAsync(PlanOci oci, string folder, RegistryOptions speaking, CancellationToken cancellationToken) =>
        ArtifactStore.PullAsync(oci.Reference, folder, Options(oci, speaking), cancellationToken);

    /// <summary>How to speak to the registry of an artifact.</summary>
    public static RegistryOptions Options(PlanOci oci, RegistryOptions speaking) =>
        speaking with { PlainHttp = oci.PlainHttp, DockerConfigFile = oci.CredentialsFile };
}
