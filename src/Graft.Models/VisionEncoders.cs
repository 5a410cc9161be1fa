using Graft.Models.Clip;
using Graft.Models.Configuration;
using Graft.Models.Transformers;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models;

/// <summary>Opens the vision encoders Graft knows. A new family is one line in <see cref="Families"/>.</summary>
public static class VisionEncoders
{
    private static readonly Dictionary<string, Func<ModelFolder, IWeightSource, ModelPlacement, IVisionEncoder>> Families =
        new(StringComparer.Ordinal)
        {
            ["clip_vision_model"] = ClipVisionModel.Create,
        };

    /// <summary>The values of config.json's <c>model_type</c> that can be loaded.</summary>
    public static IReadOnlyCollection<string> Supported => Families.Keys;

    /// <summary>Whether a folder's config.json is of a family that is an encoder.</summary>
    /// <exception cref="ModelException">There is no readable config.json.</exception>
    public static bool Recognizes(string folder)
    {
        return ModelFolder.Open(folder).Fields.Text("model_type") is { } type && Families.ContainsKey(type);
    }

    /// <summary>Loads a folder in Hugging Face's layout, memory-mapped where type and device allow.</summary>
    /// <param name="folder">Holds config.json and safetensors weights.</param>
    /// <param name="type">Element type to convert to; null keeps the stored one, without copying it into memory.</param>
    /// <param name="device">CPU unless given.</param>
    /// <param name="read">Told how many bytes of weights are loaded so far, of <see cref="Checkpoint.SizeOf"/>.</param>
    /// <exception cref="ModelException">The folder, its architecture or a setting is not what Graft can load.</exception>
    /// <exception cref="Artifacts.SafeTensors.SafeTensorException">A weight file is damaged.</exception>
    public static IVisionEncoder Load(
        string folder, ScalarType? type = null, Device? device = null, Action<long>? read = null)
    {
        return FamilyOf(folder).Create(Checkpoint.Open(folder, read), new ModelPlacement(type, device ?? CPU));
    }

    /// <summary>Makes the encoder of a config.json with weights drawn at random. The same seed gives the same weights.</summary>
    /// <exception cref="ModelException">The architecture or a setting is not what Graft implements.</exception>
    public static IVisionEncoder Initialize(string folder, ulong seed, ScalarType? type = null, Device? device = null)
    {
        return FamilyOf(folder).Create(
            new RandomWeights(seed), new ModelPlacement(type ?? ScalarType.Float32, device ?? CPU));
    }

    private static ModelFamily<IVisionEncoder> FamilyOf(string folder)
    {
        return ModelFamily<IVisionEncoder>.Of(ModelFolder.Open(folder), Families);
    }
}
