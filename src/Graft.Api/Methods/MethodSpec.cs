using System.Reflection;
using System.Text.Json.Serialization;
using Graft.Api.Planning;
using Graft.Api.Schema;

namespace Graft.Api.Methods;

/// <summary>How the frozen base is adapted.</summary>
[ExactlyOneOf]
public sealed record MethodSpec
{
    private static readonly IReadOnlyList<PropertyInfo> Methods =
        [.. typeof(MethodSpec).GetProperties().Where(property => property.PropertyType.IsAssignableTo(typeof(IMethodSpec)))
            .Where(property => property.Name != nameof(Selected))];

    /// <summary>Low-rank adapters beside linear layers (Hu et al. 2021, arXiv:2106.09685).</summary>
    public LoraSpec? Lora { get; init; }

    /// <summary>Scale keys, values and feed-forward activations by learned vectors: IA3 (Liu et al. 2022, arXiv:2205.05638).</summary>
    public Ia3Spec? Ia3 { get; init; }

    /// <summary>Small networks after, or beside, the halves of each block (Houlsby et al. 2019, arXiv:1902.00751).</summary>
    public BottleneckSpec? Bottleneck { get; init; }

    /// <summary>Learned vectors that stand as tokens in front of the input (Lester et al. 2021, arXiv:2104.08691).</summary>
    public PromptTuningSpec? PromptTuning { get; init; }

    /// <summary>Learned keys and values in front of those of every layer (Li and Liang 2021, arXiv:2101.00190).</summary>
    public PrefixTuningSpec? PrefixTuning { get; init; }

    /// <summary>Train every weight; for small models that are pre-trained from scratch. Publishes a whole model.</summary>
    public FullSpec? Full { get; init; }

    /// <summary>The method that is set.</summary>
    /// <exception cref="PlanFormatException">None is, or several are: a spec that says so is refused by its schema.</exception>
    [JsonIgnore]
    public IMethodSpec Selected => (IMethodSpec)Property.GetValue(this)!;

    /// <summary>The name of the method that is set, as specs have it.</summary>
    [JsonIgnore]
    public string SelectedName => SchemaBuilder.JsonName(Property);

    private PropertyInfo Property => Methods.Where(method => method.GetValue(this) is not null).ToList() is [var one]
        ? one
        : throw new PlanFormatException($"Exactly one method must be set, of {string.Join(", ", Methods.Select(SchemaBuilder.JsonName))}.");

    /// <summary>The same in the one form that recipes are hashed in.</summary>
    public MethodSpec Normalized()
    {
        var copy = new MethodSpec();
        Property.SetValue(copy, Selected.Normalized());
        return copy;
    }
}
