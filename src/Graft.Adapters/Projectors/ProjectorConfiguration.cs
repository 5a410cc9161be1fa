using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Graft.Artifacts;
using Graft.Common;
using Graft.Models;

namespace Graft.Adapters.Projectors;

/// <summary>projector_config.json, with the fields that LLaVA's configuration has for its projector.</summary>
internal static partial class ProjectorConfiguration
{
    private const string TypeField = "mm_projector_type";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes it.</summary>
    public static void Write(string folder, int depth, IVisionEncoder encoder, long hiddenSize, string? baseModel)
    {
        var json = new JsonObject
        {
            ["base_model_name_or_path"] = baseModel,
            ["hidden_size"] = hiddenSize,
            ["image_size"] = encoder.ImageSize,
            ["mm_hidden_size"] = encoder.Shape.HiddenSize,
            [TypeField] = depth == 1 ? "linear" : $"mlp{depth}x_gelu",
            ["mm_vision_select_feature"] = "patch",
            ["mm_vision_select_layer"] = -2,
        };
        File.WriteAllText(Path.Combine(folder, ProjectorFolder.ConfigurationFile), json.ToJsonString(Indented));
    }

    /// <summary>The number of linear layers of a projector's folder.</summary>
    /// <exception cref="AdapterException">There is no configuration, or of another sort.</exception>
    public static int ReadDepth(string folder)
    {
        var path = Path.Combine(folder, ProjectorFolder.ConfigurationFile);
        if (!File.Exists(path))
        {
            throw new AdapterException($"{folder}: there is no {ProjectorFolder.ConfigurationFile}; a projector is a folder as Graft writes it");
        }

        var fields = JsonFields.Parse(SmallFile.ReadBytes(path), path, (message, cause) => new AdapterException(message, cause));
        var type = fields.Text(TypeField);
        return type == "linear" ? 1
            : type is not null && Mlp().Match(type) is { Success: true } match
                ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)
            : throw new AdapterException($"{path}: {TypeField} = {type ?? "(missing)"} is not supported; Graft loads linear and mlpNx_gelu");
    }

    [GeneratedRegex("^mlp([2-8])x_gelu$")]
    private static partial Regex Mlp();
}
