using System.Collections.Concurrent;
using System.Net;
using Graft.Tests;
using Xunit;

namespace Graft.Tracking.Tests;

/// <summary>
/// Servers that crash, that want credentials, that refuse a host name, or that are not there: each is a server of its own.
/// </summary>
public sealed class MlflowTroubleTests : IDisposable
{
    // Only ends a test that waits for what does not come.
    internal const int PatienceMilliseconds = 600_000;

    private readonly TemporaryFolder _temporary = new();
    private readonly ConcurrentQueue<string> _told = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task A_crash_of_the_server_in_the_middle_loses_and_doubles_nothing()
    {
        MlflowInstallation.Require();
        await using var server = await MlflowServer.StartAsync();
        await using var tracker = Open(server.Environment, TimeSpan.FromSeconds(60));
        RestTrackerTests.LogSteps(tracker, 0, 3000);
        while (tracker.Run.RunId is null)
        {
            await Task.Delay(5, Cancellation);
        }

        await server.CrashAsync();
        RestTrackerTests.LogSteps(tracker, 3000, 6000);
        await ToldAsync("cannot be reached");
        await server.StartAgainAsync();

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.True(outcome.Complete, string.Join("; ", outcome.Problems));
        Assert.Equal(RestTrackerTests.Steps(6000), await server.GetPointsAsync(outcome.Run.RunId!, "loss"));
        await ToldAsync("takes the record again");
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Missing_credentials_are_told_and_right_ones_deliver_what_waited()
    {
        MlflowInstallation.Require();
        await using var server = await MlflowServer.StartAsync("--auth");
        await using (var without = Open(new() { ["MLFLOW_TRACKING_URI"] = server.Uri }, TimeSpan.FromSeconds(1)))
        {
            RestTrackerTests.LogSteps(without, 0, 10);
            await ToldAsync("MLFLOW_TRACKING_USERNAME");
            var refused = await without.FinishAsync(TrackedStatus.Scheduled, Cancellation);
            Assert.False(refused.Complete);
            Assert.Contains("MLFLOW_TRACKING_USERNAME", Assert.Single(refused.Problems), StringComparison.Ordinal);
        }

        await using var with = Open(server.Environment, TimeSpan.FromSeconds(60));
        var outcome = await with.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.True(outcome.Complete, string.Join("; ", outcome.Problems));
        Assert.Equal(RestTrackerTests.Steps(10), await server.GetPointsAsync(outcome.Run.RunId!, "loss"));
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task A_server_that_refuses_the_host_name_is_explained()
    {
        MlflowInstallation.Require();
        await using var server = await MlflowServer.StartAsync("--host", "0.0.0.0");
        // Reaches the same server, under an address that is not among those it allows.
        var uri = $"http://127.0.0.2:{server.Port}";
        await using var tracker = Open(new() { ["MLFLOW_TRACKING_URI"] = uri }, TimeSpan.FromSeconds(1));
        await ToldAsync("Invalid Host header");

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.Contains($"--allowed-hosts '127.0.0.2,127.0.0.2:{server.Port}'", Assert.Single(outcome.Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Without_a_server_training_goes_on_and_the_record_waits()
    {
        await using var tracker = Open(new() { ["MLFLOW_TRACKING_URI"] = "http://127.0.0.1:9" }, TimeSpan.FromSeconds(1));
        RestTrackerTests.LogSteps(tracker, 0, 1000);
        await ToldAsync("cannot be reached");

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        // Steps, two statuses and the five tags of the beginning.
        Assert.Equal(1007, outcome.Undelivered);
        Assert.Null(outcome.Run.RunId);
        Assert.Contains("cannot be reached", Assert.Single(outcome.Problems), StringComparison.Ordinal);
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Where_the_server_keeps_artifacts_to_itself_that_is_said_and_the_rest_arrives()
    {
        MlflowInstallation.Require();
        await using var server = await MlflowServer.StartAsync(
            "--", "--no-serve-artifacts", "--default-artifact-root", _temporary.At("root"));
        var file = _temporary.At("file.txt");
        await File.WriteAllTextAsync(file, "x", Cancellation);
        await using var tracker = Open(server.Environment, TimeSpan.FromSeconds(60));
        tracker.LogArtifact(file);
        RestTrackerTests.LogSteps(tracker, 0, 2);

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.Contains("--serve-artifacts", Assert.Single(outcome.Problems), StringComparison.Ordinal);
        Assert.Equal(RestTrackerTests.Steps(2), await server.GetPointsAsync(outcome.Run.RunId!, "loss"));
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task An_answer_without_end_is_given_up_and_told()
    {
        using var listener = new HttpListener();
        var address = $"http://127.0.0.1:{FreePorts.Take()}";
        listener.Prefixes.Add(address + "/");
        listener.Start();
        _ = StreamAsync(listener);
        await using var tracker = Open(new() { ["MLFLOW_TRACKING_URI"] = address }, TimeSpan.FromSeconds(1));
        RestTrackerTests.LogSteps(tracker, 0, 10);
        await ToldAsync("something else than MLflow's JSON");

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.Contains("something else than MLflow's JSON", Assert.Single(outcome.Problems), StringComparison.Ordinal);
        Assert.Null(outcome.Run.RunId);
    }

    /// <summary>Answers every request with bytes until whoever asked hangs up.</summary>
    private static async Task StreamAsync(HttpListener listener)
    {
        var piece = new byte[1 << 20];
        while (true)
        {
            var response = (await listener.GetContextAsync()).Response;
            response.SendChunked = true;
            try
            {
                while (true)
                {
                    await response.OutputStream.WriteAsync(piece);
                }
            }
            catch (Exception error) when (error is IOException or HttpListenerException)
            {
                response.Abort();
            }
        }
    }

    private async Task ToldAsync(string text)
    {
        while (!_told.Any(sentence => sentence.Contains(text, StringComparison.Ordinal)))
        {
            await Task.Delay(20, Cancellation);
        }
    }

    private IRunTracker Open(Dictionary<string, string> environment, TimeSpan finishTimeout)
    {
        return Opened.Tracker(
            _temporary, environment: environment, change: options =>
                options with { FinishTimeout = finishTimeout, InterruptTimeout = finishTimeout, Notice = _told.Enqueue });
    }
}
