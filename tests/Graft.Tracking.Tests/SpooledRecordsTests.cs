using Xunit;

namespace Graft.Tracking.Tests;

/// <summary>Deliveries after the end, to a real MLflow server.</summary>
[Collection(MlflowServerTests.Name)]
public sealed class SpooledRecordsTests(MlflowServerFixture fixture) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _temporary = new();
    private readonly string _uid = Guid.NewGuid().ToString();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public async Task What_waited_at_the_end_arrives_once_with_the_runs_end_and_then_nothing_waits()
    {
        var server = fixture.Server;
        await using (var tracker = Open())
        {
            LogSteps(tracker, 40);
            var ended = await tracker.FinishAsync(TrackedStatus.Finished, new CancellationToken(canceled: true));
            Assert.True(ended.Waiting > 40, "the wait was cut short");
        }

        var record = Assert.Single(SpooledRecords.Find(_temporary.At("spool")));
        Assert.Equal(server.Uri, record.Server);
        var outcome = await DeliverAsync(record);

        Assert.Equal((0L, 0L, TrackedStatus.Finished), (outcome.Waiting, outcome.Undelivered, outcome.Status));
        Assert.Empty(outcome.Problems);
        var run = await server.GetRunAsync(outcome.Run.RunId!);
        Assert.Equal("FINISHED", run.GetProperty("info").GetProperty("status").GetString());
        Assert.Equal(40, (await server.GetPointsAsync(outcome.Run.RunId!, "train/loss")).Count);
        Assert.Empty(SpooledRecords.Find(_temporary.At("spool")));

        // Delivered again for another reason, as after a lost acknowledgement, each point is still there once.
        File.Delete(Directory.GetFiles(_temporary.At("spool"), "*.delivered.json").Single());
        await DeliverAsync(Assert.Single(SpooledRecords.Find(_temporary.At("spool"))));
        Assert.Equal(40, (await server.GetPointsAsync(outcome.Run.RunId!, "train/loss")).Count);
        var runs = await server.GetRunsAsync(outcome.Run.ExperimentId!);
        Assert.Single(runs, found => found.ToString().Contains(_uid, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_record_of_a_process_that_died_does_not_stay_running()
    {
        var server = fixture.Server;
        await using (var tracker = Open())
        {
            LogSteps(tracker, 3);
        }

        var outcome = await DeliverAsync(Assert.Single(SpooledRecords.Find(_temporary.At("spool"))));

        var run = await server.GetRunAsync(outcome.Run.RunId!);
        Assert.Equal("SCHEDULED", run.GetProperty("info").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_run_that_goes_on_is_left_alone()
    {
        await using var tracker = Open("http://127.0.0.1:9");
        LogSteps(tracker, 3);

        var error = await Assert.ThrowsAsync<TrackingException>(
            () => DeliverAsync(Assert.Single(SpooledRecords.Find(_temporary.At("spool")))));

        Assert.Contains($"process {Environment.ProcessId} on", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spool_that_does_not_say_what_it_is_of_is_named()
    {
        await using (var tracker = Open("http://127.0.0.1:9"))
        {
            LogSteps(tracker, 3);
        }

        File.WriteAllText(Directory.GetFiles(_temporary.At("spool"), "*.run.json").Single(), "{");
        var record = Assert.Single(SpooledRecords.Find(_temporary.At("spool")));

        Assert.Null(record.Server);
        var error = await Assert.ThrowsAsync<TrackingException>(() => DeliverAsync(record));
        Assert.Contains(record.SpoolFile, error.Message, StringComparison.Ordinal);
    }

    private static Task<TrackingOutcome> DeliverAsync(WaitingRecord record) =>
        SpooledRecords.DeliverAsync(record, TrackedStatus.Scheduled, _ => null, TimeProvider.System, Patience, Cancellation);

    private static void LogSteps(IRunTracker tracker, int count)
    {
        for (var step = 0; step < count; step++)
        {
            tracker.LogMetric("train/loss", 1.0 / (step + 1), step);
        }
    }

    // Nothing is sent before the end.
    private IRunTracker Open(string? uri = null) => Opened.Tracker(
        _temporary, _uid, change: options => options with { Uri = uri ?? fixture.Server.Uri, FlushInterval = TimeSpan.FromHours(1) });
}
