namespace Graft.Tracking.Tests;

/// <summary>Trackers as the trainer opens them, with the environment given instead of the process'.</summary>
internal static class Opened
{
    /// <summary>A data set that a run reads.</summary>
    public static TrackedDataset Dataset => new()
    {
        Name = "kinds: a",
        Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        Context = TrackedDataset.Training,
        Uri = "/data/kinds",
        Records = 7,
    };

    public static IRunTracker Tracker(
        TemporaryFolder temporary,
        string uid = "uid-1",
        string experiment = "experiment one",
        Dictionary<string, string>? environment = null,
        Func<TrackingOptions, TrackingOptions>? change = null,
        TimeProvider? time = null)
    {
        var options = new TrackingOptions
        {
            Folder = temporary.At("mlruns"),
            SpoolFolder = temporary.At("spool"),
            Experiment = experiment,
            RunName = "demo",
            RunUid = uid,
            User = "tester",
            FlushInterval = TimeSpan.FromMilliseconds(50),
            FinishTimeout = TimeSpan.FromSeconds(60),
            InterruptTimeout = TimeSpan.FromSeconds(60),
        };
        return RunTracker.Open(
            change?.Invoke(options) ?? options, name => environment?.GetValueOrDefault(name), time ?? TimeProvider.System);
    }
}
