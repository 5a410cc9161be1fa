using Graft.Tracking.Spool;

namespace Graft.Tracking.Rest;

/// <summary>Records a run on an MLflow server, by way of a spool: a call appends to a file and returns.</summary>
internal sealed class RestRunTracker : IRunTracker
{
    private readonly EventSpool spool;
    private readonly MlflowHttp http;
    private readonly MlflowDelivery delivery;
    private readonly MlflowWorker worker;
    private readonly Problems problems;
    private readonly TrackingOptions options;
    private readonly TimeProvider clock;
    private long unspooled;
    private bool closed;

    private RestRunTracker(EventSpool spool, MlflowSettings settings, TrackingOptions options, TimeProvider clock)
    {
        this.spool = spool;
        this.options = options;
        this.clock = clock;
        problems = new Problems(options.Notice);
        http = new MlflowHttp(settings, clock);
        delivery = new MlflowDelivery(new MlflowApi(http), http, settings, options, spool, problems);
        worker = new MlflowWorker(delivery, spool, options, problems, clock);
    }

    public TrackedRun Run => delivery.Run;

    /// <exception cref="TrackingException">The spool folder cannot be written, or another process records the same run.</exception>
    public static RestRunTracker Open(TrackingOptions options, MlflowSettings settings, TimeProvider clock)
    {
        EventSpool spool;
        try
        {
            spool = EventSpool.Open(options.SpoolFolder, options.RunUid);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new TrackingException($"The spool folder '{options.SpoolFolder}' cannot be used: {fault.Message}", fault);
        }

        var tracker = new RestRunTracker(spool, settings, options, clock);
        tracker.Append(new StatusEvent(TrackedStatus.Running, tracker.Now()), "status");
        tracker.SetTags(RunTags.For(options));
        return tracker;
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
        if (!spool.Recorded.Contains(name, step))
        {
            Append(new MetricEvent(name, value, step, Now()), $"metric '{key}'");
        }
    }

    public void LogArtifact(string localPath, string? artifactPath = null)
    {
        Append(new ArtifactEvent(Path.GetFullPath(localPath), artifactPath), $"artifact '{localPath}'");
    }

    public async Task<TrackingOutcome> FinishAsync(TrackedStatus status, CancellationToken cancellationToken = default)
    {
        Append(new StatusEvent(status, Now()), "final status");
        var timeout = status == TrackedStatus.Scheduled ? options.InterruptTimeout : options.FinishTimeout;
        var trouble = await worker.FinishAsync(timeout, cancellationToken).ConfigureAwait(false);
        var waiting = spool.CountFrom(delivery.Offset);
        IReadOnlyList<string> told = problems.Sentences;
        if (waiting > 0)
        {
            var why = trouble ?? "MLflow did not take everything in time";
            told = [.. told, $"{why}. {waiting} entries wait in '{spool.Path}'; the next process of this run with the same folder delivers "
                + "them."];
        }

        return new TrackingOutcome(Run, waiting + delivery.Lost + Interlocked.Read(ref unspooled), told);
    }

    public async ValueTask DisposeAsync()
    {
        if (closed)
        {
            return;
        }

        closed = true;
        await worker.DisposeAsync().ConfigureAwait(false);
        http.Dispose();
        spool.Dispose();
    }

    private long Now()
    {
        return clock.GetUtcNow().ToUnixTimeMilliseconds();
    }

    private void Append(TrackingEvent entry, string what)
    {
        try
        {
            spool.Append(entry);
            worker.Wake();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Interlocked.Increment(ref unspooled);
            problems.Add($"The {what} could not be recorded: {fault.Message}");
        }
    }
}
