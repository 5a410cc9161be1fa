using Graft.Api.Planning;
using Graft.Common;

namespace Graft.Cli.Local;

/// <summary>What `graft sync` has to say of a run.</summary>
/// <param name="Text">A line.</param>
/// <param name="IsOutstanding">Whether something is still to be delivered.</param>
public sealed record SyncedRun(string Text, bool IsOutstanding);

/// <summary>Delivers what local runs owe after their end: records for MLflow, and adapters that could not be published.</summary>
/// <param name="runner">Publishes what is trained.</param>
/// <param name="tell">Told what takes a while.</param>
/// <param name="time">Measures waits.</param>
public sealed class LocalSync(LocalRunner runner, Action<string> tell, TimeProvider time)
{
    private const string Repeat = "Repeat `graft run` with its spec.";

    /// <summary>The folders of runs in an output folder.</summary>
    /// <exception cref="CliException">There is no such folder.</exception>
    public static IReadOnlyList<string> Runs(string output)
    {
        return Directory.Exists(output)
            ? [.. new DirectoryInfo(output).EnumerateDirectories()
                .Where(folder => folder.LinkTarget is null && File.Exists(Path.Combine(folder.FullName, RunFolder.PlanFileName)))
                .Select(folder => folder.FullName)
                .Order(StringComparer.Ordinal)]
            : throw new CliException($"'{output}' is not a folder. Name the output folder of `graft run` (graft-out without --output).");
    }

    /// <summary>Delivers what the run in a folder owes. A run that goes on is left alone: it delivers by itself.</summary>
    public async Task<SyncedRun> DeliverAsync(string path, StopTokens stop)
    {
        try
        {
            return await DeliverAsync(PlannedRunOf(path), stop).ConfigureAwait(false);
        }
        catch (Exception error) when (error is PlanFormatException or CliException || FileFaults.Is(error))
        {
            return new SyncedRun(error.Message, IsOutstanding: true);
        }
    }

    private async Task<SyncedRun> DeliverAsync(PlannedRun run, StopTokens stop)
    {
        if (!run.Folder.IsFree(time))
        {
            return new SyncedRun("is running, and delivers by itself.", IsOutstanding: true);
        }

        var isPublished = run.Folder.FindFinished(_ => { }) is not null;
        if (isPublished || !run.Folder.HasUnpublished)
        {
            using var claim = run.Folder.Open(time);
            return Of(await RunDeliveries.DeliverAsync(run.Folder, tell, time, stop.Gently).ConfigureAwait(false));
        }

        if (RunSums.Damage(run.Folder.Path, RunFolder.PlanFileName) is { } damage)
        {
            throw new CliException($"What it has trained is not published: {damage}. {Repeat}");
        }

        var outcome = await runner.RunAsync(run, again: false, stop).ConfigureAwait(false);
        return outcome is { Failure: null, Result.Artifact: { } artifact }
            ? Of(new Deliveries([$"published {artifact.Name} {artifact.Version}"], outcome.Missing))
            : new SyncedRun($"not published yet: {outcome.Failure ?? outcome.Result?.Message}", IsOutstanding: true);
    }

    private static SyncedRun Of(Deliveries deliveries)
    {
        string[] said = [.. deliveries.Done, .. deliveries.Missing.Select(missing => $"still missing: {missing}")];
        return new SyncedRun(
            said.Length == 0 ? "nothing is outstanding." : string.Join("; ", said), IsOutstanding: deliveries.Missing.Count > 0);
    }

    private static PlannedRun PlannedRunOf(string path)
    {
        var plan = PlanJson.Read(SmallFile.ReadText(Path.Combine(path, RunFolder.PlanFileName)));
        var (name, hash) = (plan.Execution.Run.Name, RecipeHash.Of(plan.Recipe));
        var folder = new RunFolder(Path.GetDirectoryName(path)!, name, hash);
        return folder.Path == path && plan.Execution.OutputDirectory == path
            ? new PlannedRun(name, plan, hash, folder)
            : throw new CliException(
                $"{RunFolder.PlanFileName} is that of {plan.Execution.OutputDirectory}: it was moved or is damaged. {Repeat}");
    }
}
