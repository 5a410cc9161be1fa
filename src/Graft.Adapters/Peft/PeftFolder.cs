using System.Text.Json;
using System.Text.Json.Nodes;
using Graft.Artifacts;
using Graft.Artifacts.SafeTensors;
using Graft.Common;
using Graft.Models.Weights;
using static TorchSharp.torch;

namespace Graft.Adapters.Peft;

/// <summary>An adapter folder as Hugging Face PEFT writes and reads it.</summary>
public static class PeftFolder
{
    public const string ConfigurationFile = AdapterFolder.ConfigurationFile;
    public const string WeightsFile = AdapterFolder.WeightsFile;

    /// <summary>What PEFT puts in front of the base model's parameter names.</summary>
    internal const string KeyPrefix = "base_model.model.";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Reads an adapter_config.json: its fields, and the object itself, whose unknown keys are kept.</summary>
    /// <exception cref="AdapterException">It is missing or not a JSON object.</exception>
    public static (JsonFields Fields, JsonObject Original) ReadConfiguration(string path)
    {
        if (!File.Exists(path))
        {
            throw new AdapterException(
                $"{Path.GetDirectoryName(path)}: there is no {ConfigurationFile}; an adapter is a folder as PEFT writes it");
        }

        var json = SmallFile.ReadBytes(path);
        var fields = JsonFields.Parse(json, path, (message, cause) => new AdapterException(message, cause));
        return (fields, JsonNode.Parse(json.Span)!.AsObject());
    }

    /// <summary>Writes an adapter folder: its configuration, keys sorted, and its weights.</summary>
    /// <returns>The names of the files.</returns>
    internal static IReadOnlyList<string> Write(
        string folder, JsonObject configuration, IReadOnlyDictionary<string, Tensor> tensors, string file = WeightsFile)
    {
        var sorted = new JsonObject();
        foreach (var (key, value) in configuration.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            sorted[key] = value?.DeepClone();
        }

        File.WriteAllText(Path.Combine(folder, ConfigurationFile), sorted.ToJsonString(Indented));
        TensorFiles.Save(Path.Combine(folder, file), tensors);
        return [ConfigurationFile, file];
    }

    /// <summary>
    /// A new adapter with a folder's weights, which must have exactly its names and shapes; one that they do not fit is disposed.
    /// </summary>
    /// <exception cref="AdapterException">There are none, they cannot be read, or they do not fit.</exception>
    /// <param name="adapter">The adapter.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="file">The weights in it.</param>
    /// <param name="stored">What the file holds, by the names it has there; without it, what is trained.</param>
    internal static TAdapter Filled<TAdapter>(
        TAdapter adapter, string folder, string file = WeightsFile, IReadOnlyDictionary<string, Tensor>? stored = null)
        where TAdapter : ITrainedPart
    {
        try
        {
            var weights = LoadWeights(folder, file);
            AdapterState.Copy(weights, stored ?? adapter.Trainable.ByName(), Path.Combine(folder, file));
            foreach (var weight in weights.Values)
            {
                weight.Dispose();
            }

            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    private static IReadOnlyDictionary<string, Tensor> LoadWeights(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            var pickled = File.Exists(Path.Combine(folder, "adapter_model.bin"))
                ? " (adapter_model.bin is a pickle, which can run code: save it again as safetensors)"
                : "";
            throw new AdapterException($"{folder}: there is no {file}{pickled}");
        }

        try
        {
            return TensorFiles.Load(path);
        }
        catch (SafeTensorException error)
        {
            throw new AdapterException(error.Message, error);
        }
    }
}
