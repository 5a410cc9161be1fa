using Graft.Common;
using Graft.Tracking.Spool;

namespace Graft.Tracking.Rest;

/// <summary>
/// Brings one spool to one run on the server, in order, and remembers how far it came. Every call either advances or throws
/// <see cref="MlflowException"/>; when to try again is <see cref="MlflowWorker"/>'s business.
/// </summary>
internal sealed class MlflowDelivery(
    MlflowApi api, MlflowHttp http, MlflowSettings settings, TrackingOptions options, EventSpool spool, Problems problems)
{
    private readonly RecordedPoints _onServer = new();
    private readonly string _server = settings.Address;
    private DeliveryState? _state = spool.LoadState();
    private MlflowRun? _run;
    private bool _recreated;

    /// <summary>The run as far as it is known; from an earlier process' delivery before the server answered.</summary>
    public TrackedRun Run
    {
        get
        {
            var known = Volatile.Read(ref _state);
            return known?.Server == _server
                ? new TrackedRun(_server, known.ExperimentId, known.RunId)
                : new TrackedRun(_server, null, settings.RunId);
        }
    }

    /// <summary>Entries that the server refused for good.</summary>
    public long Lost { get; private set; }

    public long Offset => Volatile.Read(ref _state) is { } known && known.Server == _server ? known.Offset : 0;

    /// <summary>Delivers some of what waits; false when nothing does.</summary>
    /// <param name="giveUpFaults">Whether an entry at which the server fails is left out instead of tried again.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<bool> AdvanceAsync(bool giveUpFaults, CancellationToken cancellationToken)
    {
        var entries = spool.Read(Offset);
        if (entries.Count == 0)
        {
            return false;
        }

        var target = _run ??= await ConnectAsync(cancellationToken).ConfigureAwait(false);
        entries = spool.Read(Offset);
        try
        {
            var done = await DeliverAsync(target, entries, giveUpFaults, cancellationToken).ConfigureAwait(false);
            Save(target, entries[done - 1].End);
            return true;
        }
        catch (MlflowException error) when (error.Failure == MlflowFailure.NotFound && settings.RunId is null && !_recreated)
        {
            // The server lost the run (a new database): the spool has all of it.
            _recreated = true;
            _run = null;
            Save(target, 0);
            throw;
        }
    }

    /// <summary>Delivers from the front and returns how many entries that were.</summary>
    private async Task<int> DeliverAsync(
        MlflowRun target, IReadOnlyList<SpooledEvent> entries, bool giveUpFaults, CancellationToken cancellationToken)
    {
        switch (entries[0].Event)
        {
            case ArtifactEvent artifact:
                await UploadAsync(target, artifact, giveUpFaults, cancellationToken).ConfigureAwait(false);
                return 1;
            case StatusEvent status:
                await SendAsync(
                    target, $"The status {status.Status}", api.SetStatusAsync(target.RunId, status, cancellationToken), giveUpFaults,
                    cancellationToken).ConfigureAwait(false);
                return 1;
            case DatasetEvent { Dataset: var dataset }:
                await SendAsync(
                    target, $"The data set '{dataset.Name}'", api.LogInputAsync(target.RunId, dataset, cancellationToken), giveUpFaults,
                    cancellationToken).ConfigureAwait(false);
                return 1;
            default:
                var (batch, taken) = LogBatch.Take(entries, metric => _onServer.Contains(metric.Key, metric.Step));
                await SendAsync(target, batch, giveUpFaults, cancellationToken).ConfigureAwait(false);
                return taken;
        }
    }

    /// <summary>Sends a batch. A refused one is halved until the refused entry stands alone; that one is left out.</summary>
    private async Task SendAsync(MlflowRun target, LogBatch batch, bool giveUpFaults, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            await api.LogBatchAsync(target.RunId, batch, cancellationToken).ConfigureAwait(false);
        }
        catch (MlflowException error) when (IsTheEntrysOwn(error, giveUpFaults))
        {
            if (batch.Count == 1)
            {
                await LeaveOutAsync(target, $"The {batch}", error, cancellationToken).ConfigureAwait(false);
                return;
            }

            await RequireRunAsync(target, error, cancellationToken).ConfigureAwait(false);
            var (first, second) = batch.Halve();
            await SendAsync(target, first, giveUpFaults, cancellationToken).ConfigureAwait(false);
            await SendAsync(target, second, giveUpFaults, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for a request of one entry; a refused one is left out.</summary>
    private async Task SendAsync(MlflowRun target, string what, Task request, bool giveUpFaults, CancellationToken cancellationToken)
    {
        try
        {
            await request.ConfigureAwait(false);
        }
        catch (MlflowException error) when (IsTheEntrysOwn(error, giveUpFaults))
        {
            await LeaveOutAsync(target, what, error, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task UploadAsync(MlflowRun target, ArtifactEvent artifact, bool giveUpFaults, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (source, path) in ArtifactFiles.List(artifact.Path, artifact.Target))
            {
                var address = ArtifactTarget.Resolve(settings.Server, target.ArtifactUri, path);
                if (address is null)
                {
                    Lost++;
                    problems.Add(
                        $"Artifacts are not uploaded: the run's artifacts lie at '{target.ArtifactUri}', which is not reached through "
                            + "MLflow. Start the server with --serve-artifacts --default-artifact-root mlflow-artifacts:/");
                    return;
                }

                await http.PutFileAsync(address, source, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (MlflowException error) when (IsTheEntrysOwn(error, giveUpFaults) || error.Failure == MlflowFailure.NotFound)
        {
            await LeaveOutAsync(target, $"The artifact '{artifact.Path}'", error, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            Lost++;
            problems.Add($"The artifact '{artifact.Path}' cannot be read any more: {error.Message}");
        }
    }

    /// <summary>Whether sending the entry again is no use.</summary>
    private static bool IsTheEntrysOwn(MlflowException fault, bool giveUpFaults)
    {
        return fault.Failure == MlflowFailure.Refused || (giveUpFaults && fault.Failure == MlflowFailure.ServerFault);
    }

    private async Task LeaveOutAsync(MlflowRun target, string what, MlflowException fault, CancellationToken cancellationToken)
    {
        await RequireRunAsync(target, fault, cancellationToken).ConfigureAwait(false);
        Lost++;
        problems.Add($"{what} is not recorded: {fault.Message}");
    }

    /// <summary>A deleted run refuses everything, and says so in words that change; its state is the proof.</summary>
    private async Task RequireRunAsync(MlflowRun target, MlflowException refusal, CancellationToken cancellationToken)
    {
        if ((await api.GetRunAsync(target.RunId, cancellationToken).ConfigureAwait(false)).IsDeleted)
        {
            throw new MlflowException(
                MlflowFailure.RunDeleted,
                $"The run {target.RunId} was deleted on the server; what follows is not recorded there. Restore it to record the rest",
                inner: refusal);
        }
    }

    /// <summary>
    /// Finds the run, or creates it. Searched first every time: a create whose answer was lost has made it. What a found run
    /// holds is read, because the last process may have died between a request and its acknowledgement.
    /// </summary>
    private async Task<MlflowRun> ConnectAsync(CancellationToken cancellationToken)
    {
        if (settings.RunId is not null)
        {
            var given = await api.GetRunAsync(settings.RunId, cancellationToken).ConfigureAwait(false);
            return await KnownAsync(given, cancellationToken).ConfigureAwait(false);
        }

        var experimentId = await api.FindOrCreateExperimentAsync(options.Experiment!, cancellationToken).ConfigureAwait(false);
        var found = await api.FindRunAsync(experimentId, RunTracker.RunUidTag, options.RunUid, cancellationToken).ConfigureAwait(false);
        return found is not null
            ? await KnownAsync(found, cancellationToken).ConfigureAwait(false)
            : await CreateAsync(experimentId, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MlflowRun> KnownAsync(MlflowRun found, CancellationToken cancellationToken)
    {
        foreach (var key in found.MetricKeys)
        {
            await api.ReadPointsAsync(found.RunId, key, _onServer, cancellationToken).ConfigureAwait(false);
        }

        Save(found, _state?.Server == _server && _state.RunId == found.RunId ? _state.Offset : 0);
        return found;
    }

    private async Task<MlflowRun> CreateAsync(string experimentId, CancellationToken cancellationToken)
    {
        var tags = RunTags.For(options);
        var created = await api.CreateRunAsync(
            experimentId, options.RunName, RunTags.User(options), spool.Began ?? 0, tags, cancellationToken).ConfigureAwait(false);
        Save(created, 0);
        return created;
    }

    private void Save(MlflowRun target, long offset)
    {
        var next = new DeliveryState(_server, target.ExperimentId, target.RunId, offset);
        spool.SaveState(next);
        Volatile.Write(ref _state, next);
    }
}
