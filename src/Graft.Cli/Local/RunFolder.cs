using System.Text.Json;
using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>
/// Where a local run keeps what it makes: <c>OUT/RUN-HASH8</c>, named like the run's Job in a cluster. The link <c>OUT/RUN</c>
/// leads to the newest one.
/// </summary>
/// <param name="root">The folder of all runs.</param>
/// <param name="run">The run's name.</param>
/// <param name="planHash">The plan's hash.</param>
public sealed class RunFolder(string root, string run, string planHash)
{
    /// <summary>The name of the file of events that a loss curve is drawn from.</summary>
    public const string EventsFileName = "events.jsonl";

    // The trainer's own is FolderLock.FileName: it may outlive the command that started it.
    private const string LockName = ".graft.lock";

    private static readonly TimeSpan TrainerPatience = TimeSpan.FromSeconds(120);

    public const string PlanFileName = "plan.json";

    private const string ResultFileName = "result.json";

    /// <summary>The folder of what the trainer has trained.</summary>
    public const string TrainedFolderName = "adapter";

    /// <summary>The folder of all runs.</summary>
    public string Root { get; } = root;

    public string Path { get; } = System.IO.Path.Combine(root, $"{run}-{RecipeHash.Short(planHash)}");

    /// <summary>The link that people use.</summary>
    public string Link { get; } = System.IO.Path.Combine(root, run);

    public string PlanFile => System.IO.Path.Combine(Path, PlanFileName);

    public string ResultFile => System.IO.Path.Combine(Path, ResultFileName);

    /// <summary>What the trainer says to people.</summary>
    public string LogFile => System.IO.Path.Combine(Path, "trainer.log");

    /// <summary>The events that the loss curve is drawn from.</summary>
    public string EventsFile => System.IO.Path.Combine(Path, EventsFileName);

    public string LossCurveFile => System.IO.Path.Combine(Path, "loss.svg");

    /// <summary>What MLflow has not taken yet.</summary>
    public string Spool => System.IO.Path.Combine(Path, "spool");

    public string Checkpoints => System.IO.Path.Combine(Path, "checkpoints");

    /// <summary>Whether something is trained and kept for publishing; the trainer's own files say whether it is whole.</summary>
    public bool HasUnpublished => Directory.Exists(System.IO.Path.Combine(Checkpoints, "trained"));

    /// <summary>The trainer's result, or null where it has not written one yet, or not a whole one.</summary>
    public RunResult? ReadResult()
    {
        try
        {
            return JsonSerializer.Deserialize<RunResult>(SmallFile.ReadText(ResultFile), PlanJson.WireOptions);
        }
        catch (Exception error) when (FileFaults.IsInContent(error))
        {
            return null;
        }
    }

    /// <summary>That the digests of what a run leaves are computed, and of how many bytes.</summary>
    public ActivityProgress Reading => RunSums.Reading(Path, FinishedFiles());

    /// <summary>The result of a run that has succeeded, where plan, result and adapter are as they were then.</summary>
    /// <param name="tell">Told what is not.</param>
    /// <param name="read">Told now and then how many more bytes of them are read.</param>
    public RunResult? FindFinished(Action<string> tell, Action<int>? read = null)
    {
        if (ReadResult() is not { Outcome: "Succeeded" } result)
        {
            return null;
        }

        if (RunSums.DamageOfAll(Path, FinishedFiles(), read) is not { } damage)
        {
            return result;
        }

        tell($"What {Path} holds is not used: {damage}. The run is brought to its end again from its checkpoints.");
        return null;
    }

    /// <summary>Writes the plan, and its digest.</summary>
    public void WritePlan(RunPlan plan)
    {
        AtomicFile.WriteText(PlanFile, PlanJson.Write(plan) + "\n");
        RunSums.Write(Path, [PlanFileName]);
    }

    /// <summary>Writes the digests of what a successful run leaves.</summary>
    /// <param name="read">Told now and then how many more bytes of it are read.</param>
    public void Seal(Action<int>? read = null) => RunSums.Write(Path, FinishedFiles(), read);

    private List<string> FinishedFiles()
    {
        var trained = System.IO.Path.Combine(Path, TrainedFolderName);
        var files = Directory.Exists(trained) ? Directory.EnumerateFiles(trained, "*", SearchOption.AllDirectories) : [];
        return
        [
            PlanFileName, ResultFileName,
            .. files.Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Creates the folder and takes it for this process and its trainer until the result is disposed.</summary>
    /// <exception cref="CliException">Another command has it.</exception>
    public FolderLock Open(TimeProvider time)
    {
        try
        {
            var taken = FolderLock.Take(Path, time, LockName);
            taken.ShareWithChildren();
            return taken;
        }
        catch (FolderInUseException error)
        {
            throw new CliException($"Another graft is at this run. {error.Message} Or give another folder with --output-dir.", error);
        }
    }

    /// <summary>
    /// As <see cref="Open"/>, once the trainer of an earlier command that was killed has ended: it saves a checkpoint first. That it is
    /// there is seen from its own lock, and before it has that from the command's, which it inherited.
    /// </summary>
    /// <param name="tell">Told at once where there is a wait.</param>
    /// <param name="time">Measures the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CliException">It does not end, or another command has the folder.</exception>
    public async Task<FolderLock> OpenAsync(Action<string> tell, TimeProvider time, CancellationToken cancellationToken)
    {
        var isTold = false;
        FolderLock? claim = null;
        try
        {
            if (FolderLock.HolderOf(Path, LockName) is { IsGone: true })
            {
                (await WaitAsync(LockName).ConfigureAwait(false)).Dispose();
            }

            claim = Open(time);
            (await WaitAsync(FolderLock.FileName).ConfigureAwait(false)).Dispose();
            return claim;
        }
        catch (FolderInUseException error)
        {
            claim?.Dispose();
            var end = Trainer() is { IsGone: false } holder ? $" `kill -9 {holder.Pid}` ends it; what it has saved stays." : "";
            throw new CliException($"The trainer of an earlier command does not end. {error.Message}{end}", error);
        }

        Task<FolderLock> WaitAsync(string name) => FolderLock.WaitAsync(Path, time, TrainerPatience, _ => Tell(), cancellationToken, name);

        void Tell()
        {
            if (!isTold)
            {
                isTold = true;
                tell($"Waiting up to {TrainerPatience.TotalSeconds:0} s for the trainer of an earlier command "
                    + $"({(Trainer() is { IsGone: false } holder ? holder.ToString() : "it has just started")}), which has {Path} in use.");
            }
        }

        LockHolder? Trainer() => FolderLock.HolderOf(Path);
    }

    /// <summary>Whether neither a command nor a trainer is at this run.</summary>
    public bool IsFree(TimeProvider time)
    {
        try
        {
            using var command = FolderLock.Take(Path, time, LockName);
            using var trainer = FolderLock.Take(Path, time);
            return true;
        }
        catch (FolderInUseException)
        {
            return false;
        }
    }

    /// <summary>Forgets what an earlier run of the same plan left, so that the next one begins at step 0.</summary>
    public void Clear()
    {
        var entries = new DirectoryInfo(Path).EnumerateFileSystemInfos();
        foreach (var entry in entries.Where(entry => entry.Name is not (LockName or FolderLock.FileName)))
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    /// <summary>Lets the link <c>OUT/RUN</c> lead here.</summary>
    public void PointLinkHere()
    {
        var link = new FileInfo(Link);
        if (link.LinkTarget is null && (link.Exists || Directory.Exists(Link)))
        {
            // Something of the user's has that name; it is theirs.
            return;
        }

        File.Delete(Link);
        File.CreateSymbolicLink(Link, System.IO.Path.GetFileName(Path));
    }
}
