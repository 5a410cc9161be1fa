using System.ComponentModel.DataAnnotations;

namespace Graft.Api.V1Alpha1;

/// <summary>
/// What the pod gets that inspects the files, and where it may run; the installation's settings for fields that are not set. Local runs
/// ignore it.
/// </summary>
public sealed class InspectionPodSettings : CommonPodSettings
{
    /// <summary>CPUs asked for, as a Kubernetes quantity.</summary>
    [Length(1, 32)]
    [RegularExpression(CpuPattern, ErrorMessage = CpuMeaning)]
    public string? Cpu { get; set; }

    /// <summary>Memory asked for and allowed, as a Kubernetes quantity.</summary>
    [Length(1, 32)]
    [RegularExpression(BytesPattern, ErrorMessage = BytesMeaning)]
    public string? Memory { get; set; }

    /// <summary>The largest sizes of the pod's own folders on its node's disk.</summary>
    public InspectionStorageLimits? Storage { get; set; }
}

/// <summary>The largest sizes of an inspection pod's own folders, as Kubernetes quantities; a pod that writes more is evicted.</summary>
public sealed class InspectionStorageLimits
{
    /// <summary>Temporary files.</summary>
    [Length(1, 32)]
    [RegularExpression(CommonPodSettings.BytesPattern, ErrorMessage = CommonPodSettings.BytesMeaning)]
    public string? Scratch { get; set; }

    /// <summary>The files that are fetched from a registry.</summary>
    [Length(1, 32)]
    [RegularExpression(CommonPodSettings.BytesPattern, ErrorMessage = CommonPodSettings.BytesMeaning)]
    public string? Inputs { get; set; }
}
