using System.Text.Json;
using Graft.Artifacts.SafeTensors;
using Graft.Common;

namespace Graft.Artifacts;

/// <summary>The files of a projector: its settings, and its weights by the names that LLaVA gives them.</summary>
public static class ProjectorFolder
{
    /// <summary>The settings.</summary>
    public const string ConfigurationFile = "projector_config.json";

    /// <summary>The weights.</summary>
    public const string WeightsFile = "mm_projector.safetensors";

    private const string Prefix = "mm_projector.";

    /// <summary>Checks that the weights lead from the encoder's size to the language model's, as the settings say.</summary>
    /// <exception cref="ArtifactException">They do not, or a file is damaged.</exception>
    public static void Verify(string folder)
    {
        try
        {
            using var configuration = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, ConfigurationFile)));
            var entries = SafeTensorHeader.Read(Path.Combine(folder, WeightsFile)).Entries;
            var weights = entries.Where(entry => entry.Name.EndsWith("weight", StringComparison.Ordinal))
                .OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList();
            var inside = configuration.RootElement.GetProperty("mm_hidden_size").GetInt64();
            var outside = configuration.RootElement.GetProperty("hidden_size").GetInt64();
            if (weights.Count == 0 || entries.Any(entry => !entry.Name.StartsWith(Prefix, StringComparison.Ordinal)))
            {
                throw new ArtifactException($"'{folder}' is not a valid projector: {WeightsFile} has other tensors than those of {Prefix}*.");
            }

            if (weights[0].Shape[^1] != inside || weights[^1].Shape[0] != outside)
            {
                throw new ArtifactException(
                    $"'{folder}' is not a valid projector: {ConfigurationFile} leads from {inside} to {outside}, the weights from "
                    + $"{weights[0].Shape[^1]} to {weights[^1].Shape[0]}.");
            }
        }
        catch (Exception error) when (FileFaults.IsInContent(error) || error is SafeTensorException)
        {
            throw new ArtifactException($"'{folder}' is not a valid projector: {error.Message}", error);
        }
    }
}
