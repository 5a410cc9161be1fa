using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using k8s.Models;

namespace Graft.Operator.Pods;

/// <summary>
/// A pod that runs the trainer image and may do nothing else: no user but an ordinary one, no capability, no writable file but in
/// its own scratch folders, no service-account token.
/// </summary>
public sealed record TrainerPod
{
    public const string Container = "trainer";
    public const string ScratchPath = "/tmp";

    /// <summary>Where the final word is written: Kubernetes' default, which it mounts writable on a read-only root.</summary>
    public const string TerminationMessagePath = "/dev/termination-log";

    /// <summary>Exit codes after which the next pod would fail in the same way: the Job fails at once.</summary>
    public static readonly IReadOnlyList<int> FinalExitCodes =
        [TrainerExitCodes.BadPlan, TrainerExitCodes.BadData, TrainerExitCodes.ModelNotLoadable, TrainerExitCodes.Diverged];

    /// <summary>The user of Graft's images; also the group that owns mounted volumes.</summary>
    private const long User = 65532;

    public required OperatorOptions Options { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The trainer's arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The pod's settings, with defaults.</summary>
    public required PodSettings Settings { get; init; }

    public IReadOnlyList<V1Volume> Volumes { get; init; } = [];

    public IReadOnlyList<V1VolumeMount> Mounts { get; init; } = [];

    /// <summary>A Secret whose keys become environment variables.</summary>
    public string? EnvironmentSecret { get; init; }

    /// <summary>The port of the trainer's /metrics.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>The pod as a Job's template.</summary>
    public V1PodTemplateSpec Build()
    {
        return new V1PodTemplateSpec
        {
            Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string>(Labels) },
            Spec = new V1PodSpec
            {
                RestartPolicy = "Never",
                AutomountServiceAccountToken = false,
                EnableServiceLinks = false,
                TerminationGracePeriodSeconds = Settings.TerminationGracePeriodSeconds,
                PriorityClassName = Settings.PriorityClassName,
                NodeSelector = Settings.NodeSelector,
                Tolerations = Settings.Tolerations?.Select(Toleration).ToList(),
                SecurityContext = new V1PodSecurityContext
                {
                    RunAsNonRoot = true,
                    RunAsUser = User,
                    RunAsGroup = User,
                    FsGroup = User,
                    FsGroupChangePolicy = "OnRootMismatch",
                    SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
                },
                Containers = [BuildContainer()],
                Volumes = [new V1Volume { Name = "scratch", EmptyDir = new V1EmptyDirVolumeSource() }, .. Volumes],
            },
        };
    }

    private V1Container BuildContainer()
    {
        var requests = new Dictionary<string, ResourceQuantity>
        {
            ["cpu"] = new(Settings.Cpu!),
            ["memory"] = new(Settings.Memory!),
        };
        var limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new(Settings.Memory!) };
        if (Settings.Gpu is { } gpu)
        {
            // Extended resources cannot be overcommitted: request and limit are one.
            var count = new ResourceQuantity(gpu.Count!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            requests[gpu.ResourceName!] = count;
            limits[gpu.ResourceName!] = count;
        }

        return new V1Container
        {
            Name = Container,
            Image = Settings.Image ?? Options.TrainerImage,
            ImagePullPolicy = Options.TrainerImagePullPolicy,
            Args = [.. Arguments],
            Env =
            [
                new V1EnvVar { Name = "GRAFT_BUILTIN_DIR", Value = Options.BuiltinDirectory },
                new V1EnvVar { Name = "HOME", Value = ScratchPath },
                new V1EnvVar { Name = "DOTNET_EnableDiagnostics", Value = "0" },
            ],
            EnvFrom = EnvironmentSecret is null
                ? null
                : [new V1EnvFromSource { SecretRef = new V1SecretEnvSource { Name = EnvironmentSecret } }],
            Ports = MetricsPort is { } port ? [new V1ContainerPort { Name = "metrics", ContainerPort = port }] : null,
            Resources = new V1ResourceRequirements { Requests = requests, Limits = limits },
            TerminationMessagePath = TerminationMessagePath,
            TerminationMessagePolicy = "File",
            SecurityContext = new V1SecurityContext
            {
                AllowPrivilegeEscalation = false,
                ReadOnlyRootFilesystem = true,
                Capabilities = new V1Capabilities { Drop = ["ALL"] },
            },
            VolumeMounts = [new V1VolumeMount { Name = "scratch", MountPath = ScratchPath }, .. Mounts],
        };
    }

    private static V1Toleration Toleration(TolerationSpec toleration)
    {
        return new V1Toleration
        {
            Key = toleration.Key,
            OperatorProperty = toleration.Operator,
            Value = toleration.Value,
            Effect = toleration.Effect,
        };
    }
}
