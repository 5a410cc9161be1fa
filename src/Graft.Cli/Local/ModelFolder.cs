using System.Text.Json;
using Graft.Artifacts.SafeTensors;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>What a model's folder tells without loading it.</summary>
/// <param name="folder">The folder, in the Hugging Face layout.</param>
public sealed class ModelFolder(string folder)
{
    /// <summary>The name of the file that says what a model is.</summary>
    public const string ConfigurationFile = "config.json";

    // The fields of the families: LLaMA's, GPT-2's.
    private static readonly string[] PositionFields = ["max_position_embeddings", "n_positions"];

    // Matrices that are no layers to adapt: they are looked up in, or put words out.
    private static readonly string[] Tables = ["embed_tokens", "wte", "wpe", "lm_head"];

    /// <summary>Whether there is a configuration.</summary>
    public bool HasConfiguration => File.Exists(Path.Combine(folder, ConfigurationFile));

    /// <summary>Whether there are weights.</summary>
    public bool HasWeights => Directory.EnumerateFiles(folder, "*.safetensors").Any();

    /// <summary>The longest text in tokens; null where the configuration does not say.</summary>
    public long? Positions()
    {
        try
        {
            using var configuration = JsonDocument.Parse(SmallFile.ReadText(Path.Combine(folder, ConfigurationFile)));
            var root = configuration.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? PositionFields.Select(name => root.TryGetProperty(name, out var value)
                    && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var positions) ? positions : (long?)null)
                    .FirstOrDefault(positions => positions > 0)
                : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The names of the layers with a matrix that an adapter can stand beside; none where the weights cannot be read.</summary>
    public IReadOnlyList<string> Layers()
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(folder, "*.safetensors").SelectMany(file => SafeTensorHeader.Read(file).Entries)
                    .Where(entry => entry.Shape.Count == 2 && entry.Name.EndsWith(".weight", StringComparison.Ordinal))
                    .Select(entry => entry.Name[..^".weight".Length])
                    .Where(name => !Tables.Contains(name.Split('.')[^1])),
            ];
        }
        catch (Exception error) when (error is SafeTensorException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
