namespace Graft.Api.Planning;

/// <summary>Where a plan's inputs are, where its results go, and whom it tells. Nothing here changes what is computed.</summary>
public sealed record Execution
{
    public required RunIdentity Run { get; init; }

    /// <summary>Where the files of each part are, by the part's name; the data set's under <see cref="DatasetInput"/>.</summary>
    public required IReadOnlyDictionary<string, PlanInput> Inputs { get; init; }

    /// <summary>The folder for results: the adapter's folder, result.json, the batch that made a loss diverge.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>The folder for checkpoints; it outlives a stopped trainer where a run is to go on.</summary>
    public required string CheckpointDirectory { get; init; }

    /// <summary>Save every so many steps; 0: only when stopped.</summary>
    public required int CheckpointEverySteps { get; init; }

    public required PlanTracking Tracking { get; init; }

    public required PlanPublish Publish { get; init; }

    /// <summary>
    /// This plan's artifact where it is published already, by digest: <c>registry.example/adapters/name@sha256:…</c>. With it the trainer
    /// trains nothing and needs no inputs: it publishes the same files at <see cref="Publish"/>, byte for byte, in another layout where
    /// that asks for one. Its result names the new place and has no figures: those of the run stay as they are.
    /// </summary>
    public PlanOci? Published { get; init; }

    /// <summary>Where progress is pushed; nowhere without it.</summary>
    public PlanReport? Report { get; init; }

    /// <summary><c>auto</c> (CUDA where there is one), <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Threads of the CPU; all cores without it.</summary>
    public int? Threads { get; init; }

    /// <summary>The port of the trainer's /metrics; none without it.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>Where the termination message is written, at most 4 KiB; Kubernetes shows it. Nowhere without it.</summary>
    public string? TerminationMessagePath { get; init; }

    public const string DatasetInput = "dataset";
}

/// <summary>The resource that a plan was made from.</summary>
public sealed record RunIdentity
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>The resource's UID; in local mode made from the spec's file and name, so that a repeated run is found again.</summary>
    public required string Uid { get; init; }
}

/// <summary>Where an input's files are: a folder, or an artifact that is fetched into a folder first.</summary>
public sealed record PlanInput
{
    /// <summary>The folder; the one to fetch into where <see cref="Oci"/> is set.</summary>
    public required string Path { get; init; }

    public PlanOci? Oci { get; init; }
}

/// <summary>An artifact in an OCI registry.</summary>
public sealed record PlanOci
{
    public required string Reference { get; init; }

    public bool PlainHttp { get; init; }

    /// <summary>A <c>.dockerconfigjson</c> with the registry's credentials.</summary>
    public string? CredentialsFile { get; init; }
}

/// <summary>Where the run is recorded.</summary>
public sealed record PlanTracking
{
    /// <summary>MLflow's tracking URI; without it the run is recorded as files below <see cref="Directory"/>.</summary>
    public string? Uri { get; init; }

    public required string Experiment { get; init; }

    public required string RunName { get; init; }

    /// <summary>The <c>mlruns</c> folder where there is no URI.</summary>
    public string? Directory { get; init; }

    /// <summary>The folder of events not yet delivered; kept with the checkpoints.</summary>
    public required string SpoolDirectory { get; init; }

    /// <summary>How long a server that does not answer is waited for once the run has ended.</summary>
    public int PatienceSeconds { get; init; } = 20;
}

/// <summary>Where the trained part is published: a registry's repository, or a folder of OCI layouts.</summary>
public sealed record PlanPublish
{
    /// <summary>The artifact's name.</summary>
    public required string Name { get; init; }

    /// <summary>The repository below which the name is pushed, such as <c>registry.example/adapters</c>.</summary>
    public string? Repository { get; init; }

    public bool PlainHttp { get; init; }

    /// <summary>A <c>.dockerconfigjson</c> with the registry's credentials, read anew for each attempt.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>The folder that holds one OCI layout a name, where there is no repository.</summary>
    public string? Directory { get; init; }

    /// <summary>
    /// What a version names its run by, so that it is found again; without it <see cref="RunIdentity.Uid"/>. On a laptop it does not depend
    /// on where the spec lies: the same bytes are one version with one digest.
    /// </summary>
    public string? RunUid { get; init; }

    /// <summary>
    /// How long publishing is tried once the training is done. A pod without a claim is the only place where the adapter is, so that it
    /// waits for a registry to be mended; afterwards the trainer ends with <see cref="TrainerExitCodes.TrainedNotPublished"/>.
    /// </summary>
    public int PatienceSeconds { get; init; } = 24 * 60 * 60;

    /// <summary><c>root</c>, <c>data</c> or <c>models</c>: where the files lie in the image.</summary>
    public string Layout { get; init; } = "root";
}

/// <summary>Where progress is pushed.</summary>
public sealed record PlanReport
{
    /// <summary>The address of this run's progress at the operator; PUT with the progress as JSON.</summary>
    public required string Url { get; init; }

    /// <summary>The projected service-account token, read anew for each report.</summary>
    public required string TokenFile { get; init; }

    /// <summary>The certificate that the operator's certificate is signed by.</summary>
    public required string CaFile { get; init; }

    /// <summary>Seconds between reports.</summary>
    public int IntervalSeconds { get; init; } = 5;
}
