namespace Graft.Operator.Pods;

/// <summary>The installation's settings of every trainer and inspection pod.</summary>
public sealed class PodOptions
{
    /// <summary>
    /// Secrets with which the image is pulled, in each namespace that has runs; names with spaces between them.
    /// </summary>
    public string ImagePullSecrets { get; set; } = "";

    /// <summary>
    /// Whether pods run as the user and group of Graft's images where a run says nothing else; OpenShift chooses its own.
    /// </summary>
    public bool FixedIds { get; set; } = true;

    /// <summary>The largest size of a pod's temporary files.</summary>
    public string ScratchLimit { get; set; } = "10Gi";

    /// <summary>The largest size of a pod's results.</summary>
    public string OutputLimit { get; set; } = "20Gi";

    /// <summary>The largest size of checkpoints that live in the pod.</summary>
    public string CheckpointLimit { get; set; } = "20Gi";

    /// <summary>The largest size of each model or data set that a pod fetches from a registry.</summary>
    public string InputLimit { get; set; } = "100Gi";
}
