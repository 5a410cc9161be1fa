using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Graft.Api.Runs;
using Graft.Api.Schema;

namespace Graft.Api.V1Alpha1;

/// <summary>Searches over fields of a run's spec.</summary>
[CustomResource("AdapterSweep", "adaptersweeps", "asw")]
[PrinterColumn("State", "string", ".status.conditions[?(@.type==\"Succeeded\")].reason", "What the sweep is doing, in one word")]
[PrinterColumn("Trials", "integer", ".status.finishedTrials", "Trials finished")]
[PrinterColumn("Best", "string", ".status.bestObjective", "The best objective so far")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since creation")]
public sealed class AdapterSweep : GraftResource<AdapterSweepSpec, AdapterSweepStatus>;

/// <summary>What is searched, how, and for what.</summary>
public sealed class AdapterSweepSpec
{
    /// <summary>The run that every trial starts from.</summary>
    [Required]
    public SweepTemplate? Template { get; set; }

    /// <summary>The searched fields.</summary>
    [Required]
    [Length(1, 32)]
    [ListMapKey("field")]
    public List<SweepParameter>? Parameters { get; set; }

    /// <summary>What makes a trial good.</summary>
    [Required]
    public SweepObjective? Objective { get; set; }

    /// <summary>How the next trials are chosen: <c>grid</c> or <c>random</c>.</summary>
    [AllowedValues("grid", "random")]
    [DefaultValue("random")]
    public string? Algorithm { get; set; }

    /// <summary>The largest number of trials.</summary>
    [Range(1, 10000)]
    [DefaultValue(20)]
    public int? MaxTrials { get; set; }

    /// <summary>How many trials run at a time.</summary>
    [Range(1, 1000)]
    [DefaultValue(2)]
    public int? ParallelTrials { get; set; }

    /// <summary>The seed of the search.</summary>
    [Range(0, int.MaxValue)]
    [DefaultValue(0)]
    public int? Seed { get; set; }
}

/// <summary>The run that every trial starts from.</summary>
[ExactlyOneOf]
public sealed class SweepTemplate
{
    /// <summary>The spec of an AdapterTrainingRun.</summary>
    public AdapterTrainingRunSpec? AdapterTrainingRun { get; set; }

    /// <summary>The spec of a ProjectionPretrain.</summary>
    public ProjectionPretrainSpec? ProjectionPretrain { get; set; }

    /// <summary>The run that is set, with its kind and the field that holds it.</summary>
    [JsonIgnore]
    internal (IRunKind Kind, RunSpec Spec, string Field) Selected
    {
        get
        {
            var (property, spec) = Choice.Of<RunSpec>(this, "run");
            return (RunKinds.All.First(kind => kind.Type.Name == property.Name), spec, SchemaBuilder.JsonName(property));
        }
    }
}

/// <summary>A searched field: its values one by one, or a range.</summary>
[ExactlyOneOf("values", "range")]
public sealed class SweepParameter
{
    /// <summary>The field's path in the template's spec, such as <c>method.lora.rank</c>.</summary>
    [Required]
    [Length(1, 253)]
    [RegularExpression("^[a-zA-Z0-9]+(\\.[a-zA-Z0-9]+)*$", ErrorMessage = "field names joined by dots")]
    public string? Field { get; set; }

    /// <summary>The values to try, written as strings.</summary>
    [Length(1, 256)]
    [ItemLength(1, 253)]
    public List<string>? Values { get; set; }

    /// <summary>The range to draw from.</summary>
    public SweepRange? Range { get; set; }
}

/// <summary>A range of numbers.</summary>
public sealed class SweepRange
{
    /// <summary>The least value, a decimal.</summary>
    [Required]
    [DecimalString]
    public string? Minimum { get; set; }

    /// <summary>The largest value, a decimal.</summary>
    [Required]
    [DecimalString]
    public string? Maximum { get; set; }

    /// <summary>Whether equal steps are equal differences (<c>linear</c>) or equal ratios (<c>log</c>).</summary>
    [AllowedValues("linear", "log")]
    [DefaultValue("linear")]
    public string? Scale { get; set; }
}

/// <summary>What makes a trial good.</summary>
public sealed class SweepObjective
{
    /// <summary>The metric, as runs log it to MLflow.</summary>
    [Length(1, 250)]
    [DefaultValue("eval/loss")]
    public string? Metric { get; set; }

    /// <summary>Whether less or more of it is better.</summary>
    [AllowedValues("minimize", "maximize")]
    [DefaultValue("minimize")]
    public string? Goal { get; set; }
}

/// <summary>What is known of a sweep: counts and the best, never a list of trials.</summary>
public sealed class AdapterSweepStatus : ResourceStatus
{
    /// <summary>Trials finished, well or not.</summary>
    public long? FinishedTrials { get; set; }

    /// <summary>The best objective so far, a decimal.</summary>
    [MaxLength(32)]
    public string? BestObjective { get; set; }

    /// <summary>The run that reached it.</summary>
    [MaxLength(253)]
    public string? BestRun { get; set; }
}
