using Graft.Api.Planning;
using Graft.Models;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Trainer.Parts;

/// <summary>How the frozen models of a plan are loaded. A new role is a line in the list.</summary>
internal static class ModelPartKinds
{
    private static readonly IReadOnlyDictionary<Type, Loader> All = new Dictionary<Type, Loader>
    {
        [typeof(LanguageModelPart)] = new(
            (folder, type, device, read) => CausalLanguageModels.Load(folder, type, device, read: read),
            (folder, seed, type, device) => CausalLanguageModels.Initialize(folder, seed, type, device)),
        [typeof(EncoderPart)] = new(
            (folder, type, device, read) => VisionEncoders.Load(folder, type, device, read),
            (folder, seed, type, device) => VisionEncoders.Initialize(folder, seed, type, device)),
    };

    /// <summary>How many bytes of weights are read for a part; 0 where they are drawn at random.</summary>
    public static long SizeOf(ModelPart part, string folder) => part.RandomInitializationSeed is null ? Checkpoint.SizeOf(folder) : 0;

    /// <summary>Loads the model of a part, or makes it where its weights are drawn at random.</summary>
    public static IFrozenModel Load(ModelPart part, string folder, ScalarType type, Device device, Action<long>? read = null)
    {
        var loader = All.GetValueOrDefault(part.GetType())
            ?? throw new PlanFormatException($"recipe.parts: this trainer does not know how to load '{part.Name}'.");
        return part.RandomInitializationSeed is { } seed
            ? loader.Initialize(folder, (ulong)seed, type, device)
            : loader.Load(folder, type, device, read);
    }

    private sealed record Loader(
        Func<string, ScalarType, Device, Action<long>?, IFrozenModel> Load,
        Func<string, ulong, ScalarType, Device, IFrozenModel> Initialize);
}
