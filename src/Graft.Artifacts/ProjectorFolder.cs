namespace Graft.Artifacts;

/// <summary>The files of a projector: its settings, and its weights by the names that LLaVA gives them.</summary>
public static class ProjectorFolder
{
    /// <summary>The settings.</summary>
    public const string ConfigurationFile = "projector_config.json";

    /// <summary>The weights.</summary>
    public const string WeightsFile = "mm_projector.safetensors";
}
