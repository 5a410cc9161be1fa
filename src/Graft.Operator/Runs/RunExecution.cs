using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Api.Schema;
using Graft.Api.V1Alpha1;
using Graft.Operator.Pods;
using k8s.Models;

namespace Graft.Operator.Runs;

/// <summary>
/// The part of a plan that says where things are, for a pod; and the volumes that make it so, but that of the plan itself.
/// </summary>
public sealed record RunExecution(Execution Plan, IReadOnlyList<V1Volume> Volumes, IReadOnlyList<V1VolumeMount> Mounts)
{
    /// <summary>The Secret with the credentials of the registry that is published to; null without one.</summary>
    public string? PublishSecret { get; init; }

    /// <summary>The Secret whose keys become the environment that reaches MLflow; null without one.</summary>
    public string? TrackingSecret { get; init; }

    public const string PlanFolder = "/etc/graft";
    public const string PlanFile = "plan.json";
    public const string CaFile = "ca.crt";
    public const int MetricsPort = 9090;

    /// <summary>The volume of checkpoints, and of what MLflow has not taken.</summary>
    public const string CheckpointVolumeName = "checkpoints";

    private const string OutputFolder = "/output";
    private const string CheckpointFolder = "/checkpoints";
    private const string TokenFolder = "/var/run/secrets/graft.dev";
    private const long TokenSeconds = 3600;
    private const int PatienceWithClaim = 20;
    private const int PatienceWithoutClaim = 180;

    /// <summary>Makes it for a run whose spec and inputs have their defaults.</summary>
    /// <param name="run">The run.</param>
    /// <param name="spec">Its spec, with defaults.</param>
    /// <param name="sources">Where the files of its inputs are, by the name in the plan.</param>
    /// <param name="planHash">The plan's hash: it names the folder of checkpoints.</param>
    /// <param name="options">The installation's settings.</param>
    public static RunExecution For(
        IRunResource run,
        RunSpec spec,
        IReadOnlyDictionary<string, FileSource> sources,
        string planHash,
        OperatorOptions options)
    {
        var folders = new PodFolders(spec.Pod!, options.Pods);
        var inputs = sources.ToDictionary(
            source => source.Key,
            source => PodInput.For(source.Key, source.Value, options.BuiltinDirectory, folders.InputLimit));
        var publishSecret = SecretForPublishing(spec.Publish, options);
        var credentials = publishSecret is null ? null : RegistryCredentials.For("publish", publishSecret);
        // One claim may serve many runs, and a run that is planned anew must not find the old plan's checkpoints.
        var checkpoints = $"{CheckpointFolder}/{run.Metadata.Uid}/{RecipeHash.Short(planHash)}";
        var execution = new Execution
        {
            Run = new RunIdentity { Namespace = run.Metadata.NamespaceProperty, Name = run.Metadata.Name, Uid = run.Metadata.Uid },
            Inputs = inputs.ToDictionary(input => input.Key, input => input.Value.Plan),
            OutputDirectory = OutputFolder,
            CheckpointDirectory = checkpoints,
            CheckpointEverySteps = spec.Checkpoint!.EverySteps!.Value,
            Tracking = Tracking(run, spec, checkpoints, options),
            Publish = Publish(run, spec.Publish, credentials?.File, options),
            Report = options.ReportUrl is { } url
                ? new PlanReport
                {
                    Url = ReportRoute.Address(
                        url, run.Metadata.NamespaceProperty, ResourceKind.For(run.GetType()).Plural, run.Metadata.Name),
                    TokenFile = $"{TokenFolder}/token",
                    CaFile = $"{PlanFolder}/{CaFile}",
                }
                : null,
            Device = PodResources.Device(spec.Pod!),
            Threads = PodResources.Threads(spec.Pod!),
            MetricsPort = MetricsPort,
            TerminationMessagePath = TrainerPod.TerminationMessagePath,
        };
        return new RunExecution(
            execution,
            [
                .. inputs.Values.SelectMany(input => input.Volumes),
                folders.Output("output"), CheckpointVolume(spec.Checkpoint, folders),
                .. execution.Report is null ? [] : new[] { TokenVolume() },
                .. credentials is null ? [] : new[] { credentials.Volume },
            ],
            [
                .. inputs.Values.SelectMany(input => input.Mounts),
                new V1VolumeMount { Name = "output", MountPath = OutputFolder },
                new V1VolumeMount { Name = CheckpointVolumeName, MountPath = CheckpointFolder },
                .. execution.Report is null
                    ? []
                    : new[] { new V1VolumeMount { Name = "report-token", MountPath = TokenFolder, ReadOnlyProperty = true } },
                .. credentials is null ? [] : new[] { credentials.Mount },
            ])
        {
            PublishSecret = publishSecret,
            TrackingSecret = SecretForTracking(spec.Tracking, options),
        };
    }

    /// <summary>
    /// The same for publishing again what the run has published: no input, no report, and none of its checkpoints.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="spec">Its spec, with defaults.</param>
    /// <param name="artifact">Where its artifact is.</param>
    /// <param name="options">The installation's settings.</param>
    public RunExecution ForPublishing(
        IRunResource run, RunSpec spec, PublishedArtifactStatus artifact, OperatorOptions options)
    {
        var repository = RepositoryOf(artifact.Reference!);
        // A run that has published below the installation's repository has done so with the installation's credentials.
        var isShared = options.ArtifactRepository is { } shared
            && repository.StartsWith($"{shared.TrimEnd('/')}/{run.Metadata.NamespaceProperty}/", StringComparison.Ordinal);
        var secret = isShared ? options.ArtifactSecret : spec.Publish?.PushSecretRef?.Name;
        var credentials = secret is null ? null : RegistryCredentials.For("published", secret);
        var folders = new PodFolders(spec.Pod!, options.Pods);
        HashSet<string> kept = ["output", "credentials-publish"];
        return this with
        {
            Plan = Plan with
            {
                Inputs = new Dictionary<string, PlanInput>(),
                Published = new PlanOci
                {
                    Reference = $"{repository}@{artifact.Digest}",
                    PlainHttp = IsPlainHttp(repository, spec.Publish, options),
                    CredentialsFile = credentials?.File,
                },
                Report = null,
                Device = "cpu",
                Threads = 1,
                MetricsPort = null,
            },
            Volumes =
            [
                .. Volumes.Where(volume => kept.Contains(volume.Name)), folders.Checkpoints(CheckpointVolumeName),
                .. credentials is null ? [] : new[] { credentials.Volume },
            ],
            Mounts =
            [
                .. Mounts.Where(mount => kept.Contains(mount.Name) || mount.Name == CheckpointVolumeName),
                .. credentials is null ? [] : new[] { credentials.Mount },
            ],
        };
    }

    /// <summary>How a registry is spoken to follows from who names it: the run its own, the installation the installation's.</summary>
    private static bool IsPlainHttp(string repository, PublishSpec? publish, OperatorOptions options)
    {
        return IsAt(publish?.Repository) && publish!.PlainHttp is { } wanted
            ? wanted
            : options.ArtifactPlainHttp && IsAt(options.ArtifactRepository);

        bool IsAt(string? other)
        {
            return other?.Split('/')[0] == repository.Split('/')[0];
        }
    }

    /// <summary>A reference without its tag and its digest.</summary>
    private static string RepositoryOf(string reference)
    {
        var plain = reference.Split('@')[0];
        var tag = plain.LastIndexOf(':');
        return tag > plain.LastIndexOf('/') ? plain[..tag] : plain;
    }

    /// <summary>
    /// The repository that a run publishes below, or null where neither it nor the installation names one. In the installation's each
    /// namespace has its own: runs of the same name must not make versions of one another's adapters.
    /// </summary>
    public static string? Repository(IRunResource run, OperatorOptions options)
    {
        return run.Spec.Publish?.Repository
            ?? (options.ArtifactRepository is { } shared ? $"{shared.TrimEnd('/')}/{run.Metadata.NamespaceProperty}" : null);
    }

    private static string? SecretForPublishing(PublishSpec? publish, OperatorOptions options)
    {
        // The installation's credentials are for the installation's repository.
        return publish?.PushSecretRef?.Name ?? (publish?.Repository is null ? options.ArtifactSecret : null);
    }

    /// <summary>
    /// The installation's credentials are for the installation's server: a run that names another address must not carry them there.
    /// </summary>
    private static string? SecretForTracking(TrackingSpec? tracking, OperatorOptions options)
    {
        return tracking?.Uri is null
            || IsSameAddress(tracking.Uri, options.TrackingUri) ? options.TrackingUri is null ? null : options.TrackingSecret : null;
    }

    /// <summary>Whether two addresses are one: scheme, host, port and path as a URI compares them, user names not allowed.</summary>
    private static bool IsSameAddress(string uri, string? installation)
    {
        return Uri.TryCreate(uri, UriKind.Absolute, out var one)
            && Uri.TryCreate(installation, UriKind.Absolute, out var other)
            && one.UserInfo.Length == 0
            && Uri.Compare(one, other, UriComponents.HttpRequestUrl, UriFormat.SafeUnescaped, StringComparison.Ordinal) == 0;
    }

    private static PlanTracking Tracking(IRunResource run, RunSpec spec, string checkpoints, OperatorOptions options)
    {
        var tracking = spec.Tracking;
        return new PlanTracking
        {
            // Without a volume that outlives the pod nobody else can deliver: it waits as long as MLflow's own pod takes to move.
            PatienceSeconds = spec.Checkpoint?.ClaimName is null ? PatienceWithoutClaim : PatienceWithClaim,
            Uri = tracking?.Uri ?? options.TrackingUri,
            Experiment = tracking?.Experiment ?? run.Metadata.NamespaceProperty,
            RunName = run.Metadata.Name,
            Directory = $"{OutputFolder}/mlruns",
            SpoolDirectory = $"{checkpoints}/spool",
        };
    }

    private static PlanPublish Publish(IRunResource run, PublishSpec? publish, string? credentials, OperatorOptions options)
    {
        return new PlanPublish
        {
            Name = publish?.Name ?? run.Metadata.Name,
            Repository = Repository(run, options),
            PlainHttp = IsPlainHttp(Repository(run, options)!, publish, options),
            CredentialsFile = credentials,
            Layout = publish?.Layout ?? "root",
        };
    }

    private static V1Volume CheckpointVolume(CheckpointSpec checkpoint, PodFolders folders)
    {
        return checkpoint.ClaimName is { } claim
            ? new V1Volume
            {
                Name = CheckpointVolumeName,
                PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = claim },
            }
            : folders.Checkpoints(CheckpointVolumeName);
    }

    private static V1Volume TokenVolume()
    {
        return new V1Volume
        {
            Name = "report-token",
            Projected = new V1ProjectedVolumeSource
            {
                Sources =
                [
                    new V1VolumeProjection
                    {
                        ServiceAccountToken = new V1ServiceAccountTokenProjection
                        {
                            Audience = GraftApi.ReportAudience,
                            ExpirationSeconds = TokenSeconds,
                            Path = "token",
                        },
                    },
                ],
            },
        };
    }
}
