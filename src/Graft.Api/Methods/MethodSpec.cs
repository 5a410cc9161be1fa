using System.Reflection;
using System.Text.Json.Serialization;
using Graft.Api.Planning;
using Graft.Api.Schema;

namespace Graft.Api.Methods;

/// <summary>How the frozen base is adapted.</summary>
[ExactlyOneOf]
public sealed record MethodSpec
{
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
    public IMethodSpec Selected => Chosen.Value;

    /// <summary>The name of the method that is set, as specs have it.</summary>
    [JsonIgnore]
    public string SelectedName => SchemaBuilder.JsonName(Chosen.Property);

    private (PropertyInfo Property, IMethodSpec Value) Chosen => Choice.Of<IMethodSpec>(this, "method");

    /// <summary>The same in the one form that recipes are hashed in.</summary>
    public MethodSpec Normalized()
    {
        var copy = new MethodSpec();
        var (property, method) = Chosen;
        property.SetValue(copy, method.Normalized());
        return copy;
    }
}
