using System.Text.Json;
using Graft.Api.Planning;
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

    private const string LockName = ".lock";

    public const string PlanFileName = "plan.json";

    /// <summary>The folder of what the trainer has trained.</summary>
    public const string TrainedFolderName = "adapter";

    public string Path { get; } = System.IO.Path.Combine(root, $"{run}-{RecipeHash.Short(planHash)}");

    /// <summary>The link that people use.</summary>
    public string Link { get; } = System.IO.Path.Combine(root, run);

    public string PlanFile => System.IO.Path.Combine(Path, PlanFileName);

    public string ResultFile => System.IO.Path.Combine(Path, "result.json");

    /// <summary>What the trainer says to people.</summary>
    public string LogFile => System.IO.Path.Combine(Path, "trainer.log");

    /// <summary>The events that the loss curve is drawn from.</summary>
    public string EventsFile => System.IO.Path.Combine(Path, EventsFileName);

    public string LossCurveFile => System.IO.Path.Combine(Path, "loss.svg");

    public string Checkpoints => System.IO.Path.Combine(Path, "checkpoints");

    /// <summary>The trainer's result, or null where it has not written one yet.</summary>
    public RunResult? ReadResult()
    {
        try
        {
            return JsonSerializer.Deserialize<RunResult>(SmallFile.ReadText(ResultFile), PlanJson.WireOptions);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException error)
        {
            throw new CliException($"{ResultFile} cannot be read: {error.Message} Delete the file, or repeat the run with --rerun.", error);
        }
    }

    /// <summary>Creates the folder and takes it for this process until the result is disposed.</summary>
    /// <exception cref="CliException">Another process has it.</exception>
    public IDisposable Open()
    {
        Directory.CreateDirectory(Path);
        try
        {
            var file = System.IO.Path.Combine(Path, LockName);
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException error)
        {
            throw new CliException(
                $"Another graft is at this run: {Path} is in use. Wait for it, or give another folder with --output.", error);
        }
    }

    /// <summary>Forgets what an earlier run of the same plan left, so that the next one begins at step 0.</summary>
    public void Clear()
    {
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos().Where(entry => entry.Name != LockName))
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
