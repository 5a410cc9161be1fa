using Graft.Api.Methods;
using Graft.Models;

namespace Graft.Adapters;

/// <summary>What ties a method's settings to what computes it and to the form of its files.</summary>
/// <param name="Spec">The type of its settings.</param>
/// <param name="Make">The method with its settings, which are of that type.</param>
public sealed record MethodRegistration(Type Spec, Func<IMethodSpec, IAdapterMethod> Make)
{
    /// <summary>What adapter_config.json calls it; null where it publishes no PEFT adapter.</summary>
    public string? PeftType { get; init; }

    /// <summary>Loads a folder of that type onto a model.</summary>
    public Func<string, ICausalLanguageModel, IAdapter>? Load { get; init; }

    /// <summary>A method that is made from settings of a type.</summary>
    public static MethodRegistration Of<TSpec>(Func<TSpec, IAdapterMethod> make)
        where TSpec : IMethodSpec
    {
        return new MethodRegistration(typeof(TSpec), spec => make((TSpec)spec));
    }
}
