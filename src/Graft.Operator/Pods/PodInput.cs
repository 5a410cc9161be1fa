using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>How a pod gets an input: what its plan says, and what must be mounted for that.</summary>
/// <param name="Plan">Where the files are inside the pod.</param>
/// <param name="Volumes">The pod's volumes.</param>
/// <param name="Mounts">The container's mounts.</param>
public sealed record PodInput(PlanInput Plan, IReadOnlyList<V1Volume> Volumes, IReadOnlyList<V1VolumeMount> Mounts)
{
    /// <summary>Prepares an input of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="source">Where its files are.</param>
    /// <param name="builtinDirectory">Where those are that come with the image.</param>
    /// <param name="sizeLimit">The largest size of what is fetched.</param>
    /// <exception cref="ArgumentException">The source is a local folder, which no pod can reach.</exception>
    public static PodInput For(string name, FileSource source, string builtinDirectory, string sizeLimit)
    {
        var folder = $"/inputs/{name}";
        var volume = $"input-{name}";
        return source switch
        {
            { Builtin: { } builtin } => new PodInput(new PlanInput { Path = $"{builtinDirectory}/{builtin.Name}" }, [], []),
            { Pvc: { } pvc } => new PodInput(
                new PlanInput { Path = folder },
                [new V1Volume
                {
                    Name = volume,
                    PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = pvc.ClaimName, ReadOnlyProperty = true },
                }],
                [new V1VolumeMount { Name = volume, MountPath = folder, SubPath = pvc.Path, ReadOnlyProperty = true }]),
            { Oci: { } oci } => Fetched(name, volume, folder, oci, sizeLimit),
            _ => throw new ArgumentException($"The input \"{name}\" has no source that a pod can reach.", nameof(source)),
        };
    }

    private static PodInput Fetched(string name, string volume, string folder, OciSource oci, string sizeLimit)
    {
        var secret = oci.PullSecretRef is { } reference ? RegistryCredentials.For(name, reference.Name!) : null;
        return new PodInput(
            new PlanInput
            {
                Path = folder,
                Oci = new PlanOci
                {
                    Reference = oci.Reference!,
                    PlainHttp = oci.PlainHttp ?? false,
                    CredentialsFile = secret?.File,
                },
            },
            [PodFolders.Folder(volume, sizeLimit), .. secret is null ? [] : new[] { secret.Volume }],
            [new V1VolumeMount { Name = volume, MountPath = folder }, .. secret is null ? [] : new[] { secret.Mount }]);
    }
}

/// <summary>A registry's credentials in a pod, from a Secret of type <c>kubernetes.io/dockerconfigjson</c>.</summary>
public sealed record RegistryCredentials(string File, V1Volume Volume, V1VolumeMount Mount)
{
    private const string FileName = ".dockerconfigjson";

    public static RegistryCredentials For(string name, string secret)
    {
        var volume = $"credentials-{name}";
        var folder = $"/credentials/{name}";
        return new RegistryCredentials(
            $"{folder}/{FileName}",
            new V1Volume
            {
                Name = volume,
                // The one key, whatever else the Secret may hold.
                Secret = new V1SecretVolumeSource { SecretName = secret, Items = [new V1KeyToPath { Key = FileName, Path = FileName }] },
            },
            new V1VolumeMount { Name = volume, MountPath = folder, ReadOnlyProperty = true });
    }
}
