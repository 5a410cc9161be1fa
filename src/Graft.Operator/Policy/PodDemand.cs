using Graft.Api.V1Alpha1;

namespace Graft.Operator.Policy;

/// <summary>What a resource asks for its pods and names of others' objects, as far as the installation bounds it.</summary>
public sealed record PodDemand
{
    /// <summary>The settings that all pods have; null where the resource has none.</summary>
    public CommonPodSettings? Pod { get; init; }

    public string? Image { get; init; }

    /// <summary>Quantities with the path of the field that asks for them.</summary>
    public IReadOnlyList<(string Path, string? Quantity)> Cpus { get; init; } = [];

    public IReadOnlyList<(string Path, string? Quantity)> Memory { get; init; } = [];

    public IReadOnlyList<(string Path, string? Quantity)> Sizes { get; init; } = [];

    public int? Gpus { get; init; }

    /// <summary>Secrets with a registry's credentials, beside those of <see cref="Pod"/>.</summary>
    public IReadOnlyList<(string Path, string? Name)> RegistrySecrets { get; init; } = [];

    public IReadOnlyList<(string Path, string? Name)> Claims { get; init; } = [];

    /// <summary>What a run asks for. Its inputs have been asked themselves.</summary>
    public static PodDemand Of(RunSpec spec)
    {
        return new PodDemand
        {
            Pod = spec.Pod,
            Image = spec.Pod?.Image,
            Cpus = [("spec.pod.cpu", spec.Pod?.Cpu), ("spec.pod.cpuLimit", spec.Pod?.CpuLimit)],
            Memory = [("spec.pod.memory", spec.Pod?.Memory)],
            Sizes =
            [
                ("spec.pod.storage.scratch", spec.Pod?.Storage?.Scratch),
                ("spec.pod.storage.output", spec.Pod?.Storage?.Output),
                ("spec.pod.storage.checkpoints", spec.Pod?.Storage?.Checkpoints),
                ("spec.pod.storage.inputs", spec.Pod?.Storage?.Inputs),
            ],
            Gpus = spec.Pod?.Gpu is { } gpu ? gpu.Count ?? 1 : null,
            RegistrySecrets = [("spec.publish.pushSecretRef.name", spec.Publish?.PushSecretRef?.Name)],
            Claims = [("spec.checkpoint.claimName", spec.Checkpoint?.ClaimName)],
        };
    }

    /// <summary>What a model asks for.</summary>
    public static PodDemand Of(BaseModelSpec spec)
    {
        return Of(spec.Pod, spec.Source?.Pvc, spec.Source?.Oci);
    }

    /// <summary>What a data set asks for.</summary>
    public static PodDemand Of(TrainingDatasetSpec spec)
    {
        return Of(spec.Pod, spec.Source?.Pvc, spec.Source?.Oci);
    }

    private static PodDemand Of(InspectionPodSettings? pod, PvcSource? claim, OciSource? artifact)
    {
        return new PodDemand
        {
            Pod = pod,
            Cpus = [("spec.pod.cpu", pod?.Cpu), ("spec.pod.cpuLimit", pod?.CpuLimit)],
            Memory = [("spec.pod.memory", pod?.Memory)],
            Sizes = [("spec.pod.storage.scratch", pod?.Storage?.Scratch), ("spec.pod.storage.inputs", pod?.Storage?.Inputs)],
            RegistrySecrets = [("spec.source.oci.pullSecretRef.name", artifact?.PullSecretRef?.Name)],
            Claims = [("spec.source.pvc.claimName", claim?.ClaimName)],
        };
    }
}
