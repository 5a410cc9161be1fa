using System.Security.Cryptography;
using System.Text;
using Graft.Api.Defaulting;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;

namespace Graft.Cli.Local;

/// <summary>A run and what it refers to, each with the file that it was read from.</summary>
public sealed record LocalSpec(
    AdapterTrainingRun Run, string RunFile, BaseModel Model, string ModelFile, TrainingDataset Dataset, string DatasetFile);

/// <summary>A run whose plan is made.</summary>
/// <param name="Name">The run's name.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Hash">The plan's hash.</param>
/// <param name="Folder">Where its results go.</param>
public sealed record PlannedRun(string Name, RunPlan Plan, string Hash, RunFolder Folder);

/// <summary>
/// Makes the plan of a run on this computer: the recipe by the resolver that the operator uses, the execution for local folders.
/// </summary>
public sealed class LocalPlanner(InputFolders inputs, FolderDigestCache digests, LocalOptions options)
{
    /// <summary>Resolves a valid spec.</summary>
    /// <exception cref="CliException">An input is not there, or not the one that the spec pins.</exception>
    public async Task<PlannedRun> PlanAsync(LocalSpec spec, CancellationToken cancellationToken)
    {
        var modelFolder = await inputs.FindAsync(spec.Model.Spec.Source!, spec.ModelFile, cancellationToken).ConfigureAwait(false);
        var datasetFolder = await inputs.FindAsync(spec.Dataset.Spec.Source!, spec.DatasetFile, cancellationToken).ConfigureAwait(false);
        var model = $"{spec.ModelFile}: BaseModel '{spec.Model.Metadata.Name}'";
        var dataset = $"{spec.DatasetFile}: TrainingDataset '{spec.Dataset.Metadata.Name}'";
        var modelDigest = Digest(modelFolder, spec.Model.Spec.Digest, model);
        var datasetDigest = Digest(datasetFolder, spec.Dataset.Spec.Digest, dataset);

        var recipe = RecipeResolver.Resolve(spec.Run, spec.Model, modelDigest, spec.Dataset, datasetDigest);
        var hash = RecipeHash.Of(recipe);
        var name = spec.Run.Metadata.Name;
        var folder = new RunFolder(options.Output, name, hash);
        var plan = new RunPlan { Recipe = recipe, Execution = Execution(spec, modelFolder, datasetFolder, folder) };
        return new PlannedRun(name, plan, hash, folder);
    }

    private string Digest(string folder, string? pinned, string what)
    {
        var digest = digests.Digest(folder);
        return pinned is null || pinned == digest
            ? digest
            : throw new CliException(
                $"{what} pins digest {pinned}, but the files in {folder} have {digest}. "
                + "Use the files that were meant, or update spec.digest.");
    }

    private Execution Execution(LocalSpec spec, string modelFolder, string datasetFolder, RunFolder folder)
    {
        var run = spec.Run;
        var name = run.Metadata.Name;
        var space = run.Metadata.NamespaceProperty ?? "default";
        var uri = run.Spec.Tracking?.Uri ?? options.TrackingUri;
        var registry = options.Repository is { } repository ? RegistryHosts.Options(repository, plainHttp: null) : null;
        var publish = Defaults.Apply(run.Spec.Publish ?? new PublishSpec());
        return new Execution
        {
            Run = new RunIdentity { Namespace = space, Name = name, Uid = Identity(spec.RunFile, space, name) },
            Inputs = new Dictionary<string, PlanInput>
            {
                [RecipeResolver.BasePart] = new() { Path = modelFolder },
                [Api.Planning.Execution.DatasetInput] = new() { Path = datasetFolder },
            },
            OutputDirectory = Path.GetFullPath(folder.Path),
            CheckpointDirectory = Path.GetFullPath(folder.Checkpoints),
            CheckpointEverySteps = Defaults.Apply(run.Spec.Checkpoint ?? new CheckpointSpec()).EverySteps!.Value,
            Tracking = new PlanTracking
            {
                Uri = uri,
                Experiment = run.Spec.Tracking?.Experiment ?? space,
                RunName = name,
                Directory = uri is null ? Path.GetFullPath(Path.Combine(options.Output, "mlruns")) : null,
                SpoolDirectory = Path.GetFullPath(Path.Combine(folder.Path, "spool")),
            },
            Publish = new PlanPublish
            {
                Name = publish.Name ?? name,
                Repository = options.Repository,
                PlainHttp = registry?.PlainHttp ?? false,
                CredentialsFile = registry?.DockerConfigFile,
                Directory = options.Repository is null ? Path.GetFullPath(Path.Combine(options.Output, "oci")) : null,
                Layout = publish.Layout!,
                // Somebody sits before it, and what is trained is kept: the same command publishes it later.
                PatienceSeconds = 60,
            },
            Device = options.Device,
            Threads = options.Threads,
        };
    }

    /// <summary>
    /// What the API server's UID is in a cluster: the same for the same resource of the same file, in the form of a UUID
    /// (RFC 9562, version 8).
    /// </summary>
    private static string Identity(string file, string space, string name)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{Path.GetFullPath(file)}\n{space}/{name}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
