using System.Collections.Concurrent;
using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Controllers;
using Graft.Operator.Runs;
using Graft.Operator.Runtime;

namespace Graft.Operator.Reports;

/// <summary>
/// Writes what trainers report into their runs' statuses, the newest report of each, every few seconds at most. Any replica does
/// that for the reports that reach it: the progress has a field manager of its own, so nobody's write undoes another's, and the
/// leader reads it from the resource like everyone else.
/// </summary>
public sealed class ProgressWriter(ApiClient api, ClusterCaches caches, TimeSpan pause, TimeProvider time)
{
    private readonly ResourceClient<AdapterTrainingRun> _runs = new(api);
    private readonly ConcurrentDictionary<ObjectKey, ProgressReport> _newest = new();
    private readonly ConcurrentDictionary<ObjectKey, long> _written = new();

    /// <summary>Takes a report of a run.</summary>
    /// <returns>How long until it should be written.</returns>
    public TimeSpan Take(ObjectKey key, ProgressReport report)
    {
        _newest[key] = report;
        return _written.TryGetValue(key, out var at) ? pause - time.GetElapsedTime(at) : TimeSpan.Zero;
    }

    /// <summary>Forgets a run that is gone.</summary>
    public void Forget(ObjectKey key)
    {
        _newest.TryRemove(key, out _);
        _written.TryRemove(key, out _);
    }

    /// <summary>Writes a run's newest report, if it is still wanted.</summary>
    public async Task<TimeSpan?> WriteAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (!_newest.TryRemove(key, out var report))
        {
            return null;
        }

        if (caches.Runs.Cache.Find(key) is not { Metadata.DeletionTimestamp: null } run || RunDecider.IsFinished(run.Status))
        {
            Forget(key);
            return null;
        }

        _written[key] = time.GetTimestamp();
        var status = new { progress = ProgressStatus.Of(report, time.GetUtcNow()) };
        try
        {
            await _runs.ApplyStatusAsync(run, status, StatusWriter.ProgressManager, cancellation).ConfigureAwait(false);
        }
        catch (ApiException error) when (error.IsNotFound || error.IsConflict)
        {
            // Deleted meanwhile, or another run of the same name by now.
            Forget(key);
        }

        return null;
    }
}
