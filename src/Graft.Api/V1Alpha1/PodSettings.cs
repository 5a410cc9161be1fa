using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>
/// What the trainer pod gets, and where it may run. Local runs ignore it. The installation bounds what may be asked for.
/// </summary>
public sealed class PodSettings : CommonPodSettings
{
    /// <summary>The trainer image, in place of the installation's.</summary>
    [Length(1, 512)]
    public string? Image { get; set; }

    /// <summary>When the image is pulled; the installation's choice without it.</summary>
    [AllowedValues("Always", "IfNotPresent", "Never")]
    public string? ImagePullPolicy { get; set; }

    /// <summary>CPUs asked for, as a Kubernetes quantity.</summary>
    [Length(1, 32)]
    [RegularExpression(CpuPattern, ErrorMessage = CpuMeaning)]
    [DefaultValue("1")]
    public string? Cpu { get; set; }

    /// <summary>Memory asked for and allowed, as a Kubernetes quantity.</summary>
    [Length(1, 32)]
    [RegularExpression(BytesPattern, ErrorMessage = BytesMeaning)]
    [DefaultValue("2Gi")]
    public string? Memory { get; set; }

    /// <summary>
    /// The largest size of /dev/shm, in memory, as a Kubernetes quantity. What is used of it counts as the pod's memory. The container
    /// runtime's usual size without it, mostly 64Mi.
    /// </summary>
    [Length(1, 32)]
    [RegularExpression(BytesPattern, ErrorMessage = BytesMeaning)]
    public string? SharedMemory { get; set; }

    /// <summary>The largest sizes of the pod's own folders on its node's disk.</summary>
    public StorageLimits? Storage { get; set; }

    /// <summary>The GPU, whole or a part. Without it the run trains on CPUs.</summary>
    public GpuSpec? Gpu { get; set; }

    /// <summary>How often a failed pod is replaced; pods that were preempted or evicted do not count.</summary>
    [Range(0, 100)]
    [DefaultValue(3)]
    public int? BackoffLimit { get; set; }

    /// <summary>The longest time in seconds that the Job may be active.</summary>
    [Range(1, 31_536_000)]
    public int? ActiveDeadlineSeconds { get; set; }

    /// <summary>How long in seconds the finished Job and its pods are kept for their logs. The run itself stays.</summary>
    [Range(0, 31_536_000)]
    [DefaultValue(86400)]
    public int? TtlSecondsAfterFinished { get; set; }

    /// <summary>How long in seconds a stopped pod may take to save a checkpoint.</summary>
    [Range(1, 3600)]
    [DefaultValue(60)]
    public int? TerminationGracePeriodSeconds { get; set; }
}

/// <summary>A GPU as the cluster's device plugin names it.</summary>
public sealed class GpuSpec
{
    /// <summary>
    /// The resource's name: <c>nvidia.com/gpu</c>, a MIG profile such as <c>nvidia.com/mig-1g.10gb</c>, or a time-sliced name.
    /// </summary>
    [Length(3, 253)]
    [RegularExpression("^[a-z0-9.-]+/[A-Za-z0-9._-]+$", ErrorMessage = "DOMAIN/NAME, such as nvidia.com/gpu")]
    [DefaultValue("nvidia.com/gpu")]
    public string? ResourceName { get; set; }

    /// <summary>How many. A trainer uses one, and more are refused.</summary>
    [Range(1, 16)]
    [DefaultValue(1)]
    public int? Count { get; set; }
}

/// <summary>
/// The largest sizes of the pod's own folders, as Kubernetes quantities; a pod that writes more is evicted. The installation's values
/// without them. Volumes that are claimed have their own size.
/// </summary>
public sealed class StorageLimits
{
    /// <summary>Temporary files.</summary>
    [Length(1, 32)]
    [RegularExpression(CommonPodSettings.BytesPattern, ErrorMessage = CommonPodSettings.BytesMeaning)]
    public string? Scratch { get; set; }

    /// <summary>The trained part, its metrics and its log, until they are published.</summary>
    [Length(1, 32)]
    [RegularExpression(CommonPodSettings.BytesPattern, ErrorMessage = CommonPodSettings.BytesMeaning)]
    public string? Output { get; set; }

    /// <summary>Checkpoints, where checkpoint.claimName is not set.</summary>
    [Length(1, 32)]
    [RegularExpression(CommonPodSettings.BytesPattern, ErrorMessage = CommonPodSettings.BytesMeaning)]
    public string? Checkpoints { get; set; }

    /// <summary>Each model or data set that is fetched from a registry.</summary>
    [Length(1, 32)]
    [RegularExpression(CommonPodSettings.BytesPattern, ErrorMessage = CommonPodSettings.BytesMeaning)]
    public string? Inputs { get; set; }
}

/// <summary>An environment variable: a value, or a key of a Secret.</summary>
[ExactlyOneOf("value", "secretKeyRef")]
public sealed class EnvironmentVariable
{
    /// <summary>The variable's name.</summary>
    [Required]
    [Length(1, 253)]
    [RegularExpression("^[A-Za-z_][A-Za-z0-9_]*$", ErrorMessage = "letters, digits and '_', no digit first")]
    public string? Name { get; set; }

    /// <summary>The value, taken as it is: references to other variables are not expanded.</summary>
    [MaxLength(4096)]
    public string? Value { get; set; }

    /// <summary>A key of a Secret in the same namespace, which must be there when the pod starts.</summary>
    public SecretKeyReference? SecretKeyRef { get; set; }
}

/// <summary>A key of a Secret in the same namespace.</summary>
public sealed class SecretKeyReference
{
    /// <summary>The Secret's name.</summary>
    [Required]
    [Length(1, 253)]
    [RegularExpression(LocalReference.NamePattern, ErrorMessage = LocalReference.NameMeaning)]
    public string? Name { get; set; }

    /// <summary>The key.</summary>
    [Required]
    [Length(1, 253)]
    [RegularExpression("^[-._a-zA-Z0-9]+$", ErrorMessage = "letters, digits, '-', '_' and '.'")]
    public string? Key { get; set; }
}

/// <summary>The user and the groups that a pod's processes run as.</summary>
public sealed class PodIdentity
{
    /// <summary>
    /// Whether the ids that are not set here are those of Graft's images (65532). <c>false</c> leaves them to the cluster, as OpenShift
    /// demands. The installation's choice without it.
    /// </summary>
    public bool? FixedIds { get; set; }

    /// <summary>The user.</summary>
    [Range(1, int.MaxValue)]
    public long? RunAsUser { get; set; }

    /// <summary>The first group.</summary>
    [Range(0, int.MaxValue)]
    public long? RunAsGroup { get; set; }

    /// <summary>The group that owns mounted volumes.</summary>
    [Range(0, int.MaxValue)]
    public long? FsGroup { get; set; }

    /// <summary>Further groups, for volumes that belong to them.</summary>
    [MaxLength(32)]
    [Range(0, int.MaxValue)]
    public List<long>? SupplementalGroups { get; set; }
}
