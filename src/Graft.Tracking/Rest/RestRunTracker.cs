using Graft.Common;
using Graft.Tracking.Spool;

namespace Graft.Tracking.Rest;

/// <summary>Records a run on an MLflow server, by way of a spool: a call appends to a file and returns.</summary>
internal sealed class RestRunTracker : IRunTracker
{
    private readonly EventSpool _spool;
    private readonly MlflowHttp _http;
    private readonly MlflowDelivery _delivery;
    private readonly MlflowWorker _worker;
    private readonly Problems _problems;
    private readonly TrackingOptions _options;
    private readonly TimeProvider _time;
    private long _unspooled;
    private bool _closed;

    private RestRunTracker(EventSpool spool, MlflowSettings settings, TrackingOptions options, TimeProvider time)
    {
        _spool = spool;
        _options = options;
        _time = time;
        _problems = new Problems(options.Notice);
        if (spool.Warning is { } warning)
        {
            _problems.Tell(warning);
        }

        _http = new MlflowHttp(settings, time);
        _delivery = new MlflowDelivery(new MlflowApi(_http), _http, settings, options, spool, _problems);
        _worker = new MlflowWorker(_delivery, spool, options, _problems, time);
    }

    public TrackedRun Run => _delivery.Run;

    /// <exception cref="TrackingException">The spool folder cannot be written, or another process records the same run.</exception>
    public static RestRunTracker Open(TrackingOptions options, MlflowSettings settings, TimeProvider time)
    {
        var tracker = Reopen(options, settings, time);
        tracker.Append(new StatusEvent(TrackedStatus.Running, tracker.Now()), "status");
        tracker.SetTags(RunTags.For(options));
        return tracker;
    }

    /// <summary>Opens what an earlier process has recorded, as it is.</summary>
    /// <exception cref="TrackingException">The spool folder cannot be written, or another process records the same run.</exception>
    public static RestRunTracker Reopen(TrackingOptions options, MlflowSettings settings, TimeProvider time)
    {
        EventSpool? spool = null;
        try
        {
            spool = EventSpool.Open(options.SpoolFolder, options.RunUid, time);
            new SpooledRun(settings.Address, options.Experiment!, options.RunName, options.RunUid, RunTags.User(options)).Write(spool.Path);
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            spool?.Dispose();
            throw new TrackingException($"The spool folder '{options.SpoolFolder}' cannot be used: {FileFaults.Describe(error, options.SpoolFolder)}", error);
        }

        return new RestRunTracker(spool, settings, options, time);
    }

    public void LogParameters(IReadOnlyDictionary<string, string> parameters)
    {
        foreach (var (key, value) in parameters)
        {
            Append(new ParameterEvent(MlflowNames.Key(key), MlflowNames.Cut(value, MlflowNames.MaxParameterLength)), $"parameter '{key}'");
        }
    }

    public void SetTags(IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (key, value) in tags)
        {
            Append(new TagEvent(MlflowNames.Key(key), MlflowNames.Cut(value, MlflowNames.MaxTagLength)), $"tag '{key}'");
        }
    }

    public void LogMetric(string key, double value, long step)
    {
        var name = MlflowNames.Key(key);
        if (!_spool.Recorded.Contains(name, step))
        {
            Append(new MetricEvent(name, value, step, Now()), $"metric '{key}'");
        }
    }

    public IReadOnlyList<MetricPoint> Points(string key) => _spool.Points(MlflowNames.Key(key));

    public void LogDataset(TrackedDataset dataset) => Append(new DatasetEvent(dataset), $"data set '{dataset.Name}'");

    public void LogArtifact(string localPath, string? artifactPath = null)
    {
        Append(new ArtifactEvent(Path.GetFullPath(localPath), artifactPath), $"artifact '{localPath}'");
    }

    public async Task<TrackingOutcome> FinishAsync(TrackedStatus status, CancellationToken cancellationToken = default)
    {
        Append(new StatusEvent(status, Now()), "final status");
        var timeout = status == TrackedStatus.Scheduled ? _options.InterruptTimeout : _options.FinishTimeout;
        return await EndAsync(timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Delivers what waits and adds nothing, but for the end of a run whose process died without one.</summary>
    public async Task<TrackingOutcome> DeliverAsync(TrackedStatus end, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_spool.Status == TrackedStatus.Running)
        {
            Append(new StatusEvent(end, Now()), "status");
        }

        return await EndAsync(timeout, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TrackingOutcome> EndAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var trouble = await _worker.FinishAsync(timeout, cancellationToken).ConfigureAwait(false);
        var waiting = _spool.CountFrom(_delivery.Offset);
        var told = _problems.Sentences;
        if (waiting > 0)
        {
            var why = trouble ?? $"MLflow at {Run.TrackingUri} did not take everything in time";
            told =
                [.. told, $"{why}. {English.Count(waiting, "entry")} of the record kept in '{_spool.Path}' for another attempt: "
                + "`graft run` again or `graft sync`, in a cluster a Job of the operator's."];
        }

        return new TrackingOutcome(Run, waiting + _delivery.Lost + Interlocked.Read(ref _unspooled), told)
        {
            Waiting = waiting,
            Status = _spool.Status ?? TrackedStatus.Running,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        await _worker.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
        _spool.Dispose();
    }

    private long Now()
    {
        return _time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    private void Append(TrackingEvent entry, string what)
    {
        try
        {
            _spool.Append(entry);
            _worker.Wake();
        }
        catch (Exception error) when (FileFaults.Is(error) || error is ObjectDisposedException)
        {
            Interlocked.Increment(ref _unspooled);
            _problems.Add($"The {what} could not be recorded: {FileFaults.Describe(error, _spool.Path)}");
        }
    }
}
