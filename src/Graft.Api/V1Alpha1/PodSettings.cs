using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>What the trainer pod gets, and where it may run. Local runs ignore it.</summary>
public sealed class PodSettings
{
    /// <summary>The trainer image, in place of the installation's.</summary>
    [Length(1, 512)]
    public string? Image { get; set; }

    /// <summary>CPUs asked for, as a Kubernetes quantity.</summary>
    [Length(1, 32)]
    [RegularExpression("^[0-9]+(\\.[0-9]+)?m?$", ErrorMessage = "a quantity such as \"2\", \"0.5\" or \"500m\"")]
    [DefaultValue("1")]
    public string? Cpu { get; set; }

    /// <summary>Memory asked for and allowed, as a Kubernetes quantity.</summary>
    [Length(1, 32)]
    [RegularExpression("^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$", ErrorMessage = "a quantity such as \"2Gi\" or \"512Mi\"")]
    [DefaultValue("2Gi")]
    public string? Memory { get; set; }

    /// <summary>The GPU, whole or a part. Without it the run trains on CPUs.</summary>
    public GpuSpec? Gpu { get; set; }

    /// <summary>Labels that the node must have.</summary>
    [MaxLength(32)]
    [ItemLength(0, 63)]
    public Dictionary<string, string>? NodeSelector { get; set; }

    /// <summary>Taints that the pod tolerates.</summary>
    [MaxLength(32)]
    public List<TolerationSpec>? Tolerations { get; set; }

    /// <summary>The pod's PriorityClass.</summary>
    [Length(1, 253)]
    [RegularExpression(LocalReference.NamePattern, ErrorMessage = LocalReference.NameMeaning)]
    public string? PriorityClassName { get; set; }

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

    /// <summary>How many.</summary>
    [Range(1, 16)]
    [DefaultValue(1)]
    public int? Count { get; set; }
}

/// <summary>A taint that is tolerated, as in a pod.</summary>
public sealed class TolerationSpec
{
    /// <summary>The taint's key; all of them without it.</summary>
    [Length(1, 316)]
    public string? Key { get; set; }

    /// <summary>How key and value are compared.</summary>
    [AllowedValues("Exists", "Equal")]
    public string? Operator { get; set; }

    /// <summary>The taint's value.</summary>
    [MaxLength(63)]
    public string? Value { get; set; }

    /// <summary>The taint's effect; all of them without it.</summary>
    [AllowedValues("NoSchedule", "PreferNoSchedule", "NoExecute")]
    public string? Effect { get; set; }
}
