using System.ComponentModel.DataAnnotations;

namespace Graft.Api.V1Alpha1;

/// <summary>What is known of an input's files, whatever they are.</summary>
public abstract class InputStatus : ResourceStatus
{
    /// <summary>The digest of the files.</summary>
    [MaxLength(71)]
    public string? Digest { get; set; }

    /// <summary>The last inspection of the files.</summary>
    public InspectionStatus? Inspection { get; set; }
}

/// <summary>
/// An inspection as the operator remembers it: neither a restart nor a Job that is gone makes it forget one, or repeat it.
/// </summary>
public sealed class InspectionStatus
{
    /// <summary>How many inspections there were, this one included; its Job's name ends with it.</summary>
    [Range(0, int.MaxValue)]
    public int? Number { get; set; }

    /// <summary>How many failed since the spec was changed or an inspection succeeded; the pause before the next grows with it.</summary>
    [Range(0, int.MaxValue)]
    public int? Failures { get; set; }

    /// <summary>How far it is.</summary>
    [AllowedValues("Running", "Succeeded", "Failed")]
    public string? State { get; set; }

    /// <summary>Its Job.</summary>
    [MaxLength(253)]
    public string? JobName { get; set; }

    /// <summary>When its Job was created.</summary>
    public DateTime? StartTime { get; set; }

    /// <summary>When its end was seen.</summary>
    public DateTime? EndTime { get; set; }

    /// <summary>When a failed inspection is repeated; without it nothing but a change or a request repeats it.</summary>
    public DateTime? NextTime { get; set; }

    /// <summary>The value of spec.rerun that it answers.</summary>
    [MaxLength(64)]
    public string? Rerun { get; set; }

    /// <summary>The value of spec.digest that the files were compared with.</summary>
    [MaxLength(71)]
    public string? ExpectedDigest { get; set; }

    /// <summary>A hash of what was to be read.</summary>
    [MaxLength(64)]
    public string? Request { get; set; }

    /// <summary>A hash of how its Job was made.</summary>
    [MaxLength(64)]
    public string? Settings { get; set; }
}
