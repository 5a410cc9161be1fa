namespace Graft.Operator;

/// <summary>The installation's settings: environment variables <c>Graft__NAME</c>, or <c>--Graft:NAME=…</c>.</summary>
public sealed class OperatorOptions
{
    /// <summary>The configuration section that holds them.</summary>
    public const string Section = "Graft";

    /// <summary>The one namespace to serve; all of them without it.</summary>
    public string? WatchNamespace { get; set; }

    /// <summary>The image that train and inspect pods run.</summary>
    public string TrainerImage { get; set; } = $"graft.dev/trainer:{Runtime.ThisAssembly.Version}";

    /// <summary><c>IfNotPresent</c>, <c>Always</c> or <c>Never</c>.</summary>
    public string TrainerImagePullPolicy { get; set; } = "IfNotPresent";

    /// <summary>Of every train and inspect pod.</summary>
    public Pods.PodOptions Pods { get; set; } = new();

    /// <summary>What runs, models and data sets may ask for.</summary>
    public Policy.PolicyOptions Policy { get; set; } = new();

    /// <summary>Of inspections alone.</summary>
    public Inputs.InspectOptions Inspect { get; set; } = new();

    /// <summary>Where built-in models and data sets lie in the trainer image.</summary>
    public string BuiltinDirectory { get; set; } = "/usr/share/graft";

    /// <summary>The repository below which adapters are published where a run names none: as <c>REPOSITORY/NAMESPACE/NAME</c>.</summary>
    public string? ArtifactRepository { get; set; }

    /// <summary>Speak HTTP without TLS to that repository.</summary>
    public bool ArtifactPlainHttp { get; set; }

    /// <summary>
    /// A Secret of type <c>kubernetes.io/dockerconfigjson</c>, in each namespace that has runs, with that repository's credentials.
    /// </summary>
    public string? ArtifactSecret { get; set; }

    /// <summary>MLflow's tracking URI where a run names none.</summary>
    public string? TrackingUri { get; set; }

    /// <summary>
    /// A Secret, in each namespace that has runs, whose keys become environment variables: <c>MLFLOW_TRACKING_TOKEN</c> and so on.
    /// </summary>
    public string? TrackingSecret { get; set; }

    /// <summary>
    /// The address under which pods reach <see cref="ReportPort"/>, such as <c>https://graft.graft-system.svc:8443</c>. Without it runs
    /// report nothing until they end.
    /// </summary>
    public string? ReportUrl { get; set; }

    /// <summary>The port of progress reports, over TLS.</summary>
    public int ReportPort { get; set; } = 8443;

    /// <summary>The port of /metrics, /healthz and /readyz.</summary>
    public int HttpPort { get; set; } = 8080;

    /// <summary>Requests a second to the API server.</summary>
    public double ApiQps { get; set; } = 300;

    /// <summary>Requests to the API server that may go at once after a pause.</summary>
    public int ApiBurst { get; set; } = 500;

    /// <summary>Objects of a kind that are looked at in parallel.</summary>
    public int Workers { get; set; } = 8;

    /// <summary>Seconds between two writes of one run's progress.</summary>
    public double ProgressSeconds { get; set; } = 3;

    /// <summary>Whether replicas elect a leader; without it there must be only one.</summary>
    public bool LeaderElection { get; set; } = true;

    /// <summary>
    /// The installation's name: its Lease is <c>NAME-operator</c> and the Secret of its certificate authority <c>NAME-report-ca</c>, so
    /// that several installations may share a namespace.
    /// </summary>
    public string InstanceName { get; set; } = "graft";

    /// <summary>The operator's namespace: where its Lease and its certificate authority are.</summary>
    public string PodNamespace { get; set; } = "graft-system";

    /// <summary>The operator's pod: its identity in the election and in events.</summary>
    public string PodName { get; set; } = Environment.MachineName;
}
