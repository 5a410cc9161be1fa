using Graft.Api.Reporting;
using Graft.Api.V1Alpha1;
using k8s;
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
    private const string SharedMemory = "shared-memory";

    /// <summary>Where the termination message is written: Kubernetes' default, which it mounts writable on a read-only root.</summary>
    public const string TerminationMessagePath = "/dev/termination-log";

    /// <summary>
    /// Exit codes after which the next pod would fail in the same way, or train again what is trained: the Job fails at once.
    /// </summary>
    public static readonly IReadOnlyList<int> FinalExitCodes =
        [.. ExitMeaning.All.Where(meaning => meaning.IsFinal).Select(meaning => meaning.Code)];

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
        var folders = new PodFolders(Settings, Options.Pods);
        return new V1PodTemplateSpec
        {
            Metadata = new V1ObjectMeta { Labels = AllLabels(), Annotations = Settings.Annotations },
            Spec = new V1PodSpec
            {
                RestartPolicy = "Never",
                AutomountServiceAccountToken = false,
                EnableServiceLinks = false,
                ServiceAccountName = Settings.ServiceAccountName,
                ImagePullSecrets = PullSecrets(),
                TerminationGracePeriodSeconds = Settings.TerminationGracePeriodSeconds,
                PriorityClassName = Settings.PriorityClassName,
                RuntimeClassName = Settings.RuntimeClassName,
                SchedulerName = Settings.SchedulerName,
                NodeSelector = Settings.NodeSelector,
                Affinity = As<V1Affinity>(Settings.Affinity),
                TopologySpreadConstraints = Settings.TopologySpreadConstraints?.ConvertAll(
                    spread => As<V1TopologySpreadConstraint>(spread)!),
                Tolerations = Settings.Tolerations?.ConvertAll(toleration => As<V1Toleration>(toleration)!),
                SecurityContext = Identity(),
                Containers = [BuildContainer()],
                Volumes =
                [
                    folders.Scratch("scratch"),
                    .. Settings.SharedMemory is { } size ? [PodFolders.InMemory(SharedMemory, size)] : Array.Empty<V1Volume>(),
                    .. Volumes,
                ],
            },
        };
    }

    private V1Container BuildContainer()
    {
        return new V1Container
        {
            Name = Container,
            Image = Settings.Image ?? Options.TrainerImage,
            ImagePullPolicy = Settings.ImagePullPolicy ?? Options.TrainerImagePullPolicy,
            Args = [.. Arguments],
            Env =
            [
                .. Settings.Env?.Select(Variable) ?? [],
                // The last of two variables of one name counts.
                new V1EnvVar { Name = "GRAFT_BUILTIN_DIR", Value = Options.BuiltinDirectory },
                new V1EnvVar { Name = "HOME", Value = ScratchPath },
                new V1EnvVar { Name = "DOTNET_EnableDiagnostics", Value = "0" },
            ],
            EnvFrom = EnvironmentSecret is null
                ? null
                : [new V1EnvFromSource { SecretRef = new V1SecretEnvSource { Name = EnvironmentSecret } }],
            Ports = MetricsPort is { } port ? [new V1ContainerPort { Name = "metrics", ContainerPort = port }] : null,
            Resources = PodResources.Of(Settings),
            TerminationMessagePath = TerminationMessagePath,
            TerminationMessagePolicy = "File",
            SecurityContext = new V1SecurityContext
            {
                AllowPrivilegeEscalation = false,
                ReadOnlyRootFilesystem = true,
                Capabilities = new V1Capabilities { Drop = ["ALL"] },
            },
            VolumeMounts =
            [
                new V1VolumeMount { Name = "scratch", MountPath = ScratchPath },
                .. Settings.SharedMemory is null
                    ? Array.Empty<V1VolumeMount>()
                    : [new V1VolumeMount { Name = SharedMemory, MountPath = "/dev/shm" }],
                .. Mounts,
            ],
        };
    }

    /// <summary>Graft's own labels win: the operator finds its pods by them.</summary>
    private Dictionary<string, string> AllLabels()
    {
        var labels = new Dictionary<string, string>(Settings.Labels ?? []);
        foreach (var (key, value) in Labels)
        {
            labels[key] = value;
        }

        return labels;
    }

    private List<V1LocalObjectReference>? PullSecrets()
    {
        var names = Options.Pods.ImagePullSecrets.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Concat((Settings.ImagePullSecrets ?? []).Select(secret => secret.Name!))
            .Distinct()
            .ToList();
        return names.Count == 0 ? null : names.ConvertAll(name => new V1LocalObjectReference { Name = name });
    }

    private V1PodSecurityContext Identity()
    {
        var wanted = Settings.SecurityContext;
        long? usual = wanted?.FixedIds ?? Options.Pods.FixedIds ? User : null;
        return new V1PodSecurityContext
        {
            RunAsNonRoot = true,
            RunAsUser = wanted?.RunAsUser ?? usual,
            RunAsGroup = wanted?.RunAsGroup ?? usual,
            FsGroup = wanted?.FsGroup ?? usual,
            FsGroupChangePolicy = "OnRootMismatch",
            SupplementalGroups = wanted?.SupplementalGroups?.ConvertAll(group => (long?)group),
            SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
        };
    }

    private static V1EnvVar Variable(EnvironmentVariable variable)
    {
        return new V1EnvVar
        {
            Name = variable.Name!,
            // $(NAME) would be replaced by a variable of the container, and that may be one of the installation's credentials.
            Value = variable.Value?.Replace("$", "$$", StringComparison.Ordinal),
            ValueFrom = variable.SecretKeyRef is { } secret
                ? new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = secret.Name, Key = secret.Key! } }
                : null,
        };
    }

    // These have the fields of a pod's, name for name.
    private static T? As<T>(object? settings)
        where T : class
    {
        return settings is null ? null : KubernetesJson.Deserialize<T>(KubernetesJson.Serialize(settings));
    }
}
