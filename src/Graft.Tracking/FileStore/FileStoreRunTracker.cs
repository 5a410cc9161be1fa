using Graft.Common;

namespace Graft.Tracking.FileStore;

/// <summary>Records a run in an <c>mlruns</c> folder. Every call has done its work when it returns.</summary>
internal sealed class FileStoreRunTracker : IRunTracker
{
    private readonly Lock _gate = new();
    private readonly MlrunsRun _run;
    private readonly FolderLock _held;
    private readonly RecordedPoints _earlier;
    private readonly TimeProvider _time;
    private readonly Problems _problems;
    private long _lost;

    private FileStoreRunTracker(TrackedRun place, MlrunsRun run, FolderLock held, TrackingOptions options, TimeProvider time)
    {
        Run = place;
        _run = run;
        _held = held;
        _time = time;
        _problems = new Problems(options.Notice);
        if (held.Warning is { } warning)
        {
            _problems.Tell(warning);
        }

        _earlier = run.ReadPoints();
    }

    public TrackedRun Run { get; }

    /// <exception cref="TrackingException">The folder cannot be written.</exception>
    public static FileStoreRunTracker Open(TrackingOptions options, string root, TimeProvider time)
    {
        FolderLock? held = null;
        try
        {
            var store = new MlrunsFolder(root);
            var now = time.GetUtcNow();
            var experimentId = store.FindOrCreateExperiment(options.Experiment!, now);
            var run = store.FindRun(experimentId, RunTracker.RunUidTag, options.RunUid) is { } found
                ? MlrunsRun.Open(found, now)
                : MlrunsRun.Create(
                    store, experimentId, store.NewRunId(experimentId, options.RunUid), options.RunName, RunTags.User(options), now);
            held = FolderLock.Take(run.Folder, time);
            // First what the run is found by: a process that is killed here has its successor go on with this run.
            run.WriteTag(RunTracker.RunUidTag, options.RunUid);
            run.WriteStatus(TrackedStatus.Running, now);
            var tracker = new FileStoreRunTracker(new TrackedRun(store.Uri, experimentId, run.Id), run, held, options, time);
            tracker.SetTags(RunTags.For(options));
            return tracker;
        }
        catch (Exception error) when (FileFaults.Is(error))
        {
            held?.Dispose();
            throw new TrackingException($"The folder '{root}' cannot hold the run's record: {FileFaults.Describe(error, root)}", error);
        }
    }

    public void LogParameters(IReadOnlyDictionary<string, string> parameters)
    {
        foreach (var (key, value) in parameters)
        {
            Write($"parameter '{key}'", () =>
            {
                var present = _run.WriteParameter(MlflowNames.Key(key), MlflowNames.Cut(value, MlflowNames.MaxParameterLength));
                if (present is not null)
                {
                    _problems.Add($"Parameter '{key}' keeps its recorded value '{present}'; '{value}' is left out. A changed run needs a "
                        + "new identity.");
                }
            });
        }
    }

    public void SetTags(IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (key, value) in tags)
        {
            Write($"tag '{key}'", () => _run.WriteTag(MlflowNames.Key(key), MlflowNames.Cut(value, MlflowNames.MaxTagLength)));
        }
    }

    public void LogMetric(string key, double value, long step)
    {
        var name = MlflowNames.Key(key);
        if (!_earlier.Contains(name, step))
        {
            Write($"metric '{key}'", () => _run.AppendMetric(name, value, step, _time.GetUtcNow()));
        }
    }

    public IReadOnlyList<MetricPoint> Points(string key)
    {
        lock (_gate)
        {
            return _run.ReadMetric(MlflowNames.Key(key));
        }
    }

    public void LogDataset(TrackedDataset dataset) => Write($"data set '{dataset.Name}'", () => _run.WriteInput(dataset));

    public void LogArtifact(string localPath, string? artifactPath = null)
    {
        Write($"artifact '{localPath}'", () =>
        {
            foreach (var (source, target) in ArtifactFiles.List(localPath, artifactPath))
            {
                _run.CopyArtifact(source, target);
            }
        });
    }

    public Task<TrackingOutcome> FinishAsync(TrackedStatus status, CancellationToken cancellationToken = default)
    {
        Write("final status", () => _run.WriteStatus(status, _time.GetUtcNow()));
        return Task.FromResult(new TrackingOutcome(Run, _lost, _problems.Sentences));
    }

    public ValueTask DisposeAsync()
    {
        _held.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Write(string what, Action write)
    {
        lock (_gate)
        {
            try
            {
                write();
            }
            catch (Exception error) when (FileFaults.Is(error))
            {
                _lost++;
                _problems.Add($"The {what} could not be recorded: {error.Message}");
            }
        }
    }
}
