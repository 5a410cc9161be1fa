using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>What every pod that Graft creates may be given, whatever it does.</summary>
public abstract class CommonPodSettings
{
    internal const string CpuPattern = "^[0-9]+(\\.[0-9]+)?m?$";
    internal const string CpuMeaning = "a quantity such as \"2\", \"0.5\" or \"500m\"";
    internal const string BytesPattern = "^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$";
    internal const string BytesMeaning = "a quantity such as \"2Gi\" or \"512Mi\"";

    /// <summary>
    /// Secrets of type <c>kubernetes.io/dockerconfigjson</c> in the same namespace with which the image is pulled, beside the
    /// installation's.
    /// </summary>
    [MaxLength(16)]
    [ListMapKey("name")]
    public List<LocalReference>? ImagePullSecrets { get; set; }

    /// <summary>
    /// CPUs allowed, as a Kubernetes quantity; no limit without it. The trainer starts as many threads as whole CPUs are allowed or,
    /// without a limit, asked for.
    /// </summary>
    [Length(1, 32)]
    [RegularExpression(CpuPattern, ErrorMessage = CpuMeaning)]
    public string? CpuLimit { get; set; }

    /// <summary>
    /// Further labels of the pod. Keys of Graft (<c>graft.dev/</c>, <c>app.kubernetes.io/</c>), of Kueue, of the Job controller and of
    /// Argo CD are refused.
    /// </summary>
    [MaxLength(32)]
    [ItemLength(0, 63)]
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>
    /// Further annotations of the pod. The keys that labels may not have are refused here too; Kueue's requests of a topology
    /// (<c>kueue.x-k8s.io/podset-required-topology</c>, <c>podset-preferred-topology</c>, <c>podset-unconstrained-topology</c>) are
    /// allowed.
    /// </summary>
    [MaxLength(32)]
    [ItemLength(0, 4096)]
    public Dictionary<string, string>? Annotations { get; set; }

    /// <summary>
    /// Further environment variables of the trainer, such as <c>HTTPS_PROXY</c>, <c>NO_PROXY</c> or <c>NCCL_DEBUG</c>. Those that Graft
    /// sets, and those that load code into programs, are refused; <c>MLFLOW_…</c> are allowed where tracking.uri is set.
    /// </summary>
    [MaxLength(64)]
    [ListMapKey("name")]
    public List<EnvironmentVariable>? Env { get; set; }

    /// <summary>Labels that the node must have.</summary>
    [MaxLength(32)]
    [ItemLength(0, 63)]
    public Dictionary<string, string>? NodeSelector { get; set; }

    /// <summary>Which nodes and which other pods' nodes the pod wants or avoids, as in a pod.</summary>
    public AffinitySpec? Affinity { get; set; }

    /// <summary>How pods are spread over zones, hosts or other domains, as in a pod.</summary>
    [MaxLength(8)]
    public List<TopologySpread>? TopologySpreadConstraints { get; set; }

    /// <summary>Taints that the pod tolerates.</summary>
    [MaxLength(32)]
    public List<TolerationSpec>? Tolerations { get; set; }

    /// <summary>The pod's PriorityClass.</summary>
    [Length(1, 253)]
    [RegularExpression(LocalReference.NamePattern, ErrorMessage = LocalReference.NameMeaning)]
    public string? PriorityClassName { get; set; }

    /// <summary>The pod's RuntimeClass, such as <c>nvidia</c>.</summary>
    [Length(1, 253)]
    [RegularExpression(LocalReference.NamePattern, ErrorMessage = LocalReference.NameMeaning)]
    public string? RuntimeClassName { get; set; }

    /// <summary>The scheduler that places the pod; the cluster's usual one without it.</summary>
    [Length(1, 253)]
    [RegularExpression(LocalReference.NamePattern, ErrorMessage = LocalReference.NameMeaning)]
    public string? SchedulerName { get; set; }

    /// <summary>
    /// The pod's ServiceAccount, for a cloud's workload identity; <c>default</c> without it. Its token is not mounted.
    /// </summary>
    [Length(1, 253)]
    [RegularExpression(LocalReference.NamePattern, ErrorMessage = LocalReference.NameMeaning)]
    public string? ServiceAccountName { get; set; }

    /// <summary>The user and the groups that the trainer runs as. It never runs as root.</summary>
    public PodIdentity? SecurityContext { get; set; }
}
