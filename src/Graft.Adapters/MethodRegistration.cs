using Graft.Api.Methods;
using Graft.Common;
using Graft.Models;

namespace Graft.Adapters;

/// <summary>What ties a method's settings to what computes it and to the form of its files.</summary>
/// <param name="Spec">The type of its settings.</param>
/// <param name="Make">The method with its settings, which are of that type.</param>
public sealed record MethodRegistration(Type Spec, Func<IMethodSpec, IAdapterMethod> Make)
{
    /// <summary>What messages call its files: PEFT's type, or whose form it is; null where it publishes no adapter.</summary>
    public string? FileForm { get; init; }

    /// <summary>Whether it acts on language models alone, not on encoders.</summary>
    public bool NeedsLanguageModel { get; init; }

    /// <summary>Whether an adapter_config.json is its.</summary>
    public Func<JsonFields, bool> Recognizes { get; init; } = _ => false;

    /// <summary>Loads a folder that it recognizes onto a model.</summary>
    public Func<string, IFrozenModel, IAdapter>? Load { get; init; }

    /// <summary>A method that is made from settings of a type.</summary>
    public static MethodRegistration Of<TSpec>(Func<TSpec, IAdapterMethod> make)
        where TSpec : IMethodSpec
    {
        return new MethodRegistration(typeof(TSpec), spec => make((TSpec)spec));
    }

    /// <summary>The same with files as PEFT has them, which tell their type.</summary>
    public MethodRegistration WithPeftFiles(string type, Func<string, IFrozenModel, IAdapter> load)
    {
        return this with { FileForm = type, Recognizes = fields => fields.Text("peft_type") == type, Load = load };
    }
}
