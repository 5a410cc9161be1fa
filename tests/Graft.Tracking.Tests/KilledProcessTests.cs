using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Graft.Tracking.Tests;

/// <summary>A process that records a run is killed (SIGKILL) at some step; the next one goes on from an earlier checkpoint.</summary>
[Collection(MlflowServerTests.Name)]
public sealed class KilledProcessTests(MlflowServerFixture fixture) : IDisposable
{
    private const int Steps = 1000;

    private readonly TemporaryFolder _temporary = new();
    private readonly string _uid = Guid.NewGuid().ToString();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(180)]
    [InlineData(611)]
    public async Task Every_point_is_on_the_server_once(int killedAt)
    {
        var server = fixture.Server;
        await RecordAndKillAsync(server.Uri, killedAt);

        var outcome = await GoOnAsync(server.Uri, from: Math.Max(0, killedAt - 50));

        Assert.Equal(RestTrackerTests.Steps(Steps), await server.GetPointsAsync(outcome.Run.RunId!, "loss"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(180)]
    public async Task Every_point_is_in_the_folder_once(int killedAt)
    {
        var uri = new Uri(_temporary.At("mlruns")).AbsoluteUri;
        await RecordAndKillAsync(uri, killedAt);

        var outcome = await GoOnAsync(uri, from: Math.Max(0, killedAt - 50));

        var lines = await File.ReadAllLinesAsync(Path.Combine(outcome.Run.Location, "metrics", "loss"), Cancellation);
        Assert.Equal(RestTrackerTests.Steps(Steps), lines.Select(line => line.Split(' ')).Select(fields => $"{fields[2]}:{fields[1]}"));
    }

    private async Task RecordAndKillAsync(string uri, int killedAt)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!, ["record", _temporary.Path, uri, _uid, Steps.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        while (
            await process.StandardOutput.ReadLineAsync(Cancellation) is { } line && line != killedAt.ToString(CultureInfo.InvariantCulture))
        {
            Assert.True(int.TryParse(line, out _), line);
        }

        process.Kill();
        await process.WaitForExitAsync(Cancellation);
        Assert.NotEqual(0, process.ExitCode);
    }

    private async Task<TrackingOutcome> GoOnAsync(string uri, int from)
    {
        await using var tracker = Opened.Tracker(_temporary, _uid, change: options => options with { Uri = uri });
        RestTrackerTests.LogSteps(tracker, from, Steps);
        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);
        Assert.True(outcome.Complete, string.Join("; ", outcome.Problems));
        return outcome;
    }
}
