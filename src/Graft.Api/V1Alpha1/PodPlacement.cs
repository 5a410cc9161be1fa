using System.ComponentModel.DataAnnotations;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

// Field for field as in a pod (core/v1), so that what is written for pods can be copied, with bounds and checks of our own.

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

    /// <summary>
    /// With the effect NoExecute: how long in seconds the pod stays on a node that gets the taint; for ever without it.
    /// </summary>
    [Range(0, 31_536_000)]
    public long? TolerationSeconds { get; set; }
}

/// <summary>Which nodes and which other pods' nodes a pod wants or avoids.</summary>
public sealed class AffinitySpec
{
    /// <summary>Nodes, by their labels.</summary>
    public NodeAffinitySpec? NodeAffinity { get; set; }

    /// <summary>Domains in which certain pods run.</summary>
    public PodAffinitySpec? PodAffinity { get; set; }

    /// <summary>Domains in which certain pods do not run.</summary>
    public PodAffinitySpec? PodAntiAffinity { get; set; }
}

/// <summary>Nodes that a pod needs or prefers.</summary>
public sealed class NodeAffinitySpec
{
    /// <summary>Nodes of which the pod needs one.</summary>
    public NodeSelectorSpec? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }

    /// <summary>Nodes that the pod prefers, with weights.</summary>
    [MaxLength(16)]
    public List<PreferredNodes>? PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
}

/// <summary>Nodes that meet at least one of several terms.</summary>
public sealed class NodeSelectorSpec
{
    /// <summary>The terms; a node must meet one of them.</summary>
    [Required]
    [Length(1, 16)]
    public List<NodeSelectorTerm>? NodeSelectorTerms { get; set; }
}

/// <summary>Nodes that a pod prefers.</summary>
public sealed class PreferredNodes
{
    /// <summary>How much, against other preferences.</summary>
    [Required]
    [Range(1, 100)]
    public int? Weight { get; set; }

    /// <summary>Which nodes.</summary>
    [Required]
    public NodeSelectorTerm? Preference { get; set; }
}

/// <summary>Nodes that meet every one of several requirements.</summary>
public sealed class NodeSelectorTerm
{
    /// <summary>Requirements of the node's labels.</summary>
    [MaxLength(16)]
    public List<NodeRequirement>? MatchExpressions { get; set; }

    /// <summary>Requirements of the node's fields, of which there is one: <c>metadata.name</c>.</summary>
    [MaxLength(16)]
    public List<NodeRequirement>? MatchFields { get; set; }
}

/// <summary>A requirement of a node's label or field.</summary>
public sealed class NodeRequirement
{
    /// <summary>The label's key or the field's name.</summary>
    [Required]
    [Length(1, 317)]
    public string? Key { get; set; }

    /// <summary>How it is compared with the values.</summary>
    [Required]
    [AllowedValues("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")]
    public string? Operator { get; set; }

    /// <summary>The values: some for In and NotIn, one integer for Gt and Lt, none for Exists and DoesNotExist.</summary>
    [MaxLength(64)]
    [ItemLength(0, 253)]
    public List<string>? Values { get; set; }
}

/// <summary>Domains that a pod needs or prefers, by the pods that run there.</summary>
public sealed class PodAffinitySpec
{
    /// <summary>What the pod needs; all of it.</summary>
    [MaxLength(16)]
    public List<PodAffinityTerm>? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }

    /// <summary>What the pod prefers, with weights.</summary>
    [MaxLength(16)]
    public List<WeightedPodAffinityTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
}

/// <summary>A preference with its weight.</summary>
public sealed class WeightedPodAffinityTerm
{
    /// <summary>How much, against other preferences.</summary>
    [Required]
    [Range(1, 100)]
    public int? Weight { get; set; }

    /// <summary>The preference.</summary>
    [Required]
    public PodAffinityTerm? PodAffinityTerm { get; set; }
}

/// <summary>Pods, and the domain that is shared with them or not.</summary>
public sealed class PodAffinityTerm
{
    /// <summary>The pods, by their labels; none without it.</summary>
    public LabelSelectorSpec? LabelSelector { get; set; }

    /// <summary>The node label whose value names the domain, such as <c>kubernetes.io/hostname</c>.</summary>
    [Required]
    [Length(1, 317)]
    public string? TopologyKey { get; set; }

    /// <summary>The pods' namespaces; the run's own without it and without namespaceSelector.</summary>
    [MaxLength(16)]
    [ItemLength(1, 63)]
    public List<string>? Namespaces { get; set; }

    /// <summary>The pods' namespaces, by their labels.</summary>
    public LabelSelectorSpec? NamespaceSelector { get; set; }
}

/// <summary>Objects that have certain labels.</summary>
public sealed class LabelSelectorSpec
{
    /// <summary>Labels with these values.</summary>
    [MaxLength(16)]
    [ItemLength(0, 63)]
    public Dictionary<string, string>? MatchLabels { get; set; }

    /// <summary>Further requirements.</summary>
    [MaxLength(16)]
    public List<LabelRequirement>? MatchExpressions { get; set; }
}

/// <summary>A requirement of a label.</summary>
public sealed class LabelRequirement
{
    /// <summary>The label's key.</summary>
    [Required]
    [Length(1, 317)]
    public string? Key { get; set; }

    /// <summary>How it is compared with the values.</summary>
    [Required]
    [AllowedValues("In", "NotIn", "Exists", "DoesNotExist")]
    public string? Operator { get; set; }

    /// <summary>The values: some for In and NotIn, none for Exists and DoesNotExist.</summary>
    [MaxLength(64)]
    [ItemLength(0, 63)]
    public List<string>? Values { get; set; }
}

/// <summary>How evenly pods are spread over domains.</summary>
public sealed class TopologySpread
{
    /// <summary>By how many pods two domains may differ.</summary>
    [Required]
    [Range(1, 10000)]
    public int? MaxSkew { get; set; }

    /// <summary>The node label whose value names the domain, such as <c>topology.kubernetes.io/zone</c>.</summary>
    [Required]
    [Length(1, 317)]
    public string? TopologyKey { get; set; }

    /// <summary>What happens where the pods cannot be spread so evenly.</summary>
    [Required]
    [AllowedValues("DoNotSchedule", "ScheduleAnyway")]
    public string? WhenUnsatisfiable { get; set; }

    /// <summary>The pods that are counted, by their labels.</summary>
    public LabelSelectorSpec? LabelSelector { get; set; }

    /// <summary>With DoNotSchedule: the least number of domains.</summary>
    [Range(1, 10000)]
    public int? MinDomains { get; set; }

    /// <summary>Whether nodes that nodeSelector and affinity exclude are counted.</summary>
    [AllowedValues("Honor", "Ignore")]
    public string? NodeAffinityPolicy { get; set; }

    /// <summary>Whether nodes whose taints are not tolerated are counted.</summary>
    [AllowedValues("Honor", "Ignore")]
    public string? NodeTaintsPolicy { get; set; }
}
