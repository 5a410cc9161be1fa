using System.Collections.Concurrent;
using Graft.Api.Reporting;
using Graft.Api.V1Alpha1;
using Graft.Operator.Controllers;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;
using Graft.Operator.Status;

namespace Graft.Operator.Reports;

/// <summary>
/// Writes what trainers report into their runs' statuses, the newest report of each, every few seconds at most. Any replica does
/// that for the reports that reach it: the progress has a field manager of its own, so nobody's write undoes another's, and the
/// leader reads it from the resource like everyone else.
/// </summary>
public sealed class ProgressWriter(ApiClient api, ClusterCaches caches, TimeSpan pause, TimeProvider time)
{
    private readonly ConcurrentDictionary<RunKey, Taken> _newest = new();
    private readonly ConcurrentDictionary<RunKey, long> _written = new();

    /// <summary>Takes a report of a run from its present Job.</summary>
    /// <returns>How long until it should be written.</returns>
    public TimeSpan Take(RunKey key, IRunResource run, ProgressEvent report)
    {
        _newest[key] = new Taken(run.Metadata.Uid, run.Status?.JobName, report);
        return _written.TryGetValue(key, out var at) ? pause - time.GetElapsedTime(at) : TimeSpan.Zero;
    }

    /// <summary>Forgets a run that is gone.</summary>
    public void Forget(RunKey key)
    {
        _newest.TryRemove(key, out _);
        _written.TryRemove(key, out _);
    }

    /// <summary>Writes a run's newest report, if it is still wanted.</summary>
    public async Task<TimeSpan?> WriteAsync(RunKey key, CancellationToken cancellationToken)
    {
        if (!_newest.TryRemove(key, out var taken))
        {
            return null;
        }

        if (caches.FindRun(key) is not { Metadata.DeletionTimestamp: null } run
            || run.Metadata.Uid != taken.RunUid
            || run.Status?.JobName != taken.JobName
            || RunDecider.IsFinished(run.Status))
        {
            // Gone, ended, or planned anew since: what is reported next is of that.
            return null;
        }

        _written[key] = time.GetTimestamp();
        var status = StatusJson.Of(new TrainingRunStatus { Progress = ProgressStatus.Of(taken.Report, time.GetUtcNow()) });
        try
        {
            // Onto the very run that has not ended: one that ends meanwhile keeps the progress that it ended with.
            await caches.Runs.First(kind => kind.Kind.Plural == key.Plural).ApplyProgressAsync(api, run, status, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            Forget(key);
        }
        catch (Exception error) when (ApiFault.Is(error))
        {
            // Decided on anew when it comes again, unless there is a newer report by then.
            _newest.TryAdd(key, taken);
            throw;
        }

        return null;
    }

    /// <summary>A report, and what it is about.</summary>
    private sealed record Taken(string RunUid, string? JobName, ProgressEvent Report);
}
