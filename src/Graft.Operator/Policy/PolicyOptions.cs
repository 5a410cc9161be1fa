namespace Graft.Operator.Policy;

/// <summary>
/// What people may ask of pods: who may create a run is not therefore allowed to create any pod. Lists are patterns with spaces between
/// them (see <see cref="Patterns"/>); they are the chart's values below <c>policy</c>.
/// </summary>
public sealed class PolicyOptions
{
    /// <summary>Images beside those of the trainer image's own repository.</summary>
    public string Images { get; set; } = "";

    /// <summary>PriorityClasses. Those of the system let a pod push aside what keeps the cluster alive.</summary>
    public string PriorityClasses { get; set; } = "* !system-*";

    /// <summary>
    /// Keys of taints that may be tolerated. Kubernetes' own are on control planes and on nodes that are unwell. A toleration of every
    /// taint is allowed where every key is.
    /// </summary>
    public string Tolerations { get; set; } = "* !node-role.kubernetes.io/* !node.kubernetes.io/*";

    /// <summary>ServiceAccounts beside a namespace's <c>default</c>: a cloud may give rights to pods that have one.</summary>
    public string ServiceAccounts { get; set; } = "";

    /// <summary>RuntimeClasses.</summary>
    public string RuntimeClasses { get; set; } = "*";

    /// <summary>Secrets with a registry's credentials, which are sent to the registries that they name and nowhere else.</summary>
    public string RegistrySecrets { get; set; } = "*";

    /// <summary>Secrets that may become environment variables, with which a run can send what they hold wherever it likes.</summary>
    public string EnvironmentSecrets { get; set; } = "";

    /// <summary>PersistentVolumeClaims.</summary>
    public string Claims { get; set; } = "*";

    /// <summary>The most CPUs; no bound if empty.</summary>
    public string MaxCpu { get; set; } = "";

    /// <summary>The most memory; no bound if empty.</summary>
    public string MaxMemory { get; set; } = "";

    /// <summary>The largest size of each of a pod's own folders; no bound if empty.</summary>
    public string MaxStorage { get; set; } = "";

    /// <summary>The most GPUs of a pod; no bound if not set.</summary>
    public int? MaxGpus { get; set; }
}
