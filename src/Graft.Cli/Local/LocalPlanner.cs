using System.Security.Cryptography;
using System.Text;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Api.Runs;
using Graft.Api.V1Alpha1;
using Graft.Programs;

namespace Graft.Cli.Local;

/// <summary>A run and what it refers to, by the name in the plan, each with the file that it was read from.</summary>
public sealed record LocalSpec(IRunResource Run, string RunFile, IReadOnlyDictionary<string, LocalInput> Inputs);

/// <summary>What a run refers to, with the file that it was read from.</summary>
public sealed record LocalInput(IInputResource Resource, string File);

/// <summary>A run whose plan is made.</summary>
/// <param name="Name">The run's name.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Hash">The plan's hash.</param>
/// <param name="Folder">Where its results go.</param>
public sealed record PlannedRun(string Name, RunPlan Plan, string Hash, RunFolder Folder);

/// <summary>
/// Makes the plan of a run on this computer: the recipe by the resolver that the operator uses, the execution for local folders.
/// </summary>
/// <param name="inputs">Finds the inputs' folders.</param>
/// <param name="digests">Computes their digests, once each.</param>
/// <param name="begin">Shows what the planner is at.</param>
/// <param name="options">What the command line decides.</param>
public sealed class LocalPlanner(
    InputFolders inputs, FolderDigestCache digests, Func<ActivityProgress, ActivityLine> begin, LocalOptions options)
{
    /// <summary>Resolves a valid spec.</summary>
    /// <exception cref="CliException">An input is not there, or not the one that the spec pins.</exception>
    public async Task<PlannedRun> PlanAsync(LocalSpec spec, CancellationToken cancellationToken)
    {
        var folders = new Dictionary<string, string>();
        var pinned = new Dictionary<string, PinnedInput>();
        foreach (var (name, input) in spec.Inputs)
        {
            var activity = $"Fetching {input.Resource.Kind} '{input.Resource.Metadata.Name}'";
            using var line = begin(new ActivityProgress { What = activity });
            folders[name] = await inputs.FindAsync(input.Resource.Source!, input.File, line, activity, cancellationToken)
                .ConfigureAwait(false);
            pinned[name] = new PinnedInput(input.Resource, Digest(folders[name], input, line));
        }

        var runName = spec.Run.Metadata.Name;
        var recipe = AsBefore(RecipeResolver.Resolve(spec.Run, pinned), runName);
        var hash = RecipeHash.Of(recipe);
        var folder = new RunFolder(options.Output, runName, hash);
        var plan = new RunPlan { Recipe = recipe, Execution = Execution(spec, folders, folder) };
        return new PlannedRun(runName, plan, hash, folder);
    }

    /// <summary>
    /// The recipe in the form in which an earlier release has begun or ended the run here: it keeps its hash, and with that its folder,
    /// its checkpoints and its result.
    /// </summary>
    private Recipe AsBefore(Recipe recipe, string runName) =>
        Enumerable.Range(1, Recipe.CurrentForm - 1)
            .Select(recipe.InForm)
            .OfType<Recipe>()
            .FirstOrDefault(earlier => Directory.Exists(new RunFolder(options.Output, runName, RecipeHash.Of(earlier)).Path)) ?? recipe;

    private string Digest(string folder, LocalInput input, ActivityLine line)
    {
        var digest = digests.Digest(folder, line);
        return input.Resource.PinnedDigest is not { } pinned || pinned == digest
            ? digest
            : throw new CliException(
                $"{input.File}: {input.Resource.Kind} '{input.Resource.Metadata.Name}' pins digest {pinned}, but the files in {folder} have {digest}. "
                + "Use the files that were meant, or update spec.digest.");
    }

    private Execution Execution(LocalSpec spec, Dictionary<string, string> folders, RunFolder folder)
    {
        var run = spec.Run;
        var name = run.Metadata.Name;
        var space = run.Metadata.NamespaceProperty ?? "default";
        var settings = RunKinds.Of(run).WithDefaults(run.Spec);
        var uri = settings.Tracking?.Uri ?? options.TrackingUri;
        var registry = options.Repository is { } repository ? RegistryHosts.Options(repository, plainHttp: null) : null;
        var publish = settings.Publish!;
        return new Execution
        {
            Run = new RunIdentity { Namespace = space, Name = name, Uid = Identity($"{Path.GetFullPath(spec.RunFile)}\n{space}/{name}") },
            Inputs = folders.ToDictionary(input => input.Key, input => new PlanInput { Path = input.Value }),
            OutputDirectory = Path.GetFullPath(folder.Path),
            CheckpointDirectory = Path.GetFullPath(folder.Checkpoints),
            CheckpointEverySteps = settings.Checkpoint!.EverySteps!.Value,
            Tracking = new PlanTracking
            {
                Uri = uri,
                Experiment = settings.Tracking?.Experiment ?? space,
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
                RunUid = Identity($"{space}/{name}"),
                // Somebody sits before it, and what is trained is kept: the same command publishes it later.
                PatienceSeconds = 60,
            },
            Device = options.Device,
            Threads = options.Threads,
        };
    }

    /// <summary>
    /// What the API server's UID is in a cluster: the same for the same text, in the form of a UUID (RFC 9562, version 8).
    /// </summary>
    private static string Identity(string text)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
