using Graft.Models.Configuration;
using Graft.Models.Gpt2;
using Graft.Models.Llama;
using Graft.Models.Transformers;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Models;

/// <summary>Opens the language models Graft knows. A new family is one line in <see cref="Families"/>.</summary>
public static class CausalLanguageModels
{
    private static readonly Dictionary<string, Func<ModelFolder, IWeightSource, ModelPlacement, ICausalLanguageModel>> Families =
        new(StringComparer.Ordinal)
        {
            ["llama"] = LlamaModel.Create,
            ["gpt2"] = Gpt2Model.Create,
        };

    /// <summary>The values of config.json's <c>model_type</c> that can be loaded.</summary>
    public static IReadOnlyCollection<string> Supported => Families.Keys;

    /// <summary>Loads a folder in Hugging Face's layout, memory-mapped where type and device allow.</summary>
    /// <param name="folder">Holds config.json and safetensors weights.</param>
    /// <param name="type">Element type to convert to; null keeps the stored one, without copying it into memory.</param>
    /// <param name="device">CPU unless given.</param>
    /// <param name="storage">How linear layers are kept; dense unless given.</param>
    /// <param name="read">Told how many bytes of weights are loaded so far, of <see cref="Checkpoint.SizeOf"/>.</param>
    /// <exception cref="ModelException">The folder, its architecture or a setting is not what Graft can load.</exception>
    /// <exception cref="Artifacts.SafeTensors.SafeTensorException">A weight file is damaged.</exception>
    public static ICausalLanguageModel Load(
        string folder, ScalarType? type = null, Device? device = null, LinearStorage? storage = null, Action<long>? read = null)
    {
        return FamilyOf(folder).Create(Checkpoint.Open(folder, read), new ModelPlacement(type, device ?? CPU, storage));
    }

    /// <summary>
    /// Makes the model of a config.json with weights drawn at random, for pre-training. The same seed gives the same weights.
    /// </summary>
    /// <param name="folder">Holds config.json; weights in it are not read.</param>
    /// <param name="seed">Decides all weights.</param>
    /// <param name="type">fp32 unless given.</param>
    /// <param name="device">CPU unless given.</param>
    /// <exception cref="ModelException">The architecture or a setting is not what Graft implements.</exception>
    public static ICausalLanguageModel Initialize(string folder, ulong seed, ScalarType? type = null, Device? device = null) =>
        FamilyOf(folder).Create(new RandomWeights(seed), new ModelPlacement(type ?? ScalarType.Float32, device ?? CPU));

    private static ModelFamily<ICausalLanguageModel> FamilyOf(string folder) =>
        ModelFamily<ICausalLanguageModel>.Of(ModelFolder.Open(folder), Families);
}
