using System.Globalization;
using Xunit;

namespace Graft.Tracking.Tests;

/// <summary>The REST tracker against a real MLflow server.</summary>
[Collection(MlflowServerTests.Name)]
public sealed class RestTrackerTests(MlflowServerFixture fixture) : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly string _uid = Guid.NewGuid().ToString();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public async Task A_whole_run_arrives_as_it_was_given()
    {
        var server = fixture.Server;
        Directory.CreateDirectory(_temporary.At("adapter/deep"));
        await File.WriteAllTextAsync(_temporary.At("adapter/deep/a b.txt"), "content", Cancellation);
        await using var tracker = Open();
        tracker.LogParameters(Enumerable.Range(0, 250).ToDictionary(i => $"p{i}", i => i.ToString(CultureInfo.InvariantCulture)));
        tracker.SetTags(new Dictionary<string, string> { ["graft.dev/method"] = "lora", ["long"] = new string('x', 9000) });
        for (var step = 0; step < 2500; step++)
        {
            tracker.LogMetric("train/loss", 1.0 / (step + 1), step);
        }

        tracker.LogMetric("odd#values", double.NaN, 0);
        tracker.LogMetric("odd#values", double.PositiveInfinity, 1);
        tracker.LogMetric("odd#values", 2, 2);
        tracker.LogArtifact(_temporary.At("adapter"), "model");

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.True(outcome.Complete, string.Join("; ", outcome.Problems));
        var runId = outcome.Run.RunId!;
        var run = await server.GetRunAsync(runId);
        Assert.Equal("FINISHED", run.GetProperty("info").GetProperty("status").GetString());
        Assert.Equal("demo", run.GetProperty("info").GetProperty("run_name").GetString());
        Assert.Equal("tester", run.GetProperty("info").GetProperty("user_id").GetString());
        Assert.True(
            run.GetProperty("info").GetProperty("end_time").GetInt64() >= run.GetProperty("info").GetProperty("start_time").GetInt64());
        Assert.Equal(250, run.GetProperty("data").GetProperty("params").GetArrayLength());
        var points = await server.GetPointsAsync(runId, "train/loss");
        Assert.Equal(2500, points.Count);
        Assert.Equal(Enumerable.Range(0, 2500).Select(i => $"{i}:"), points.Select(point => point[..(point.IndexOf(':') + 1)]));
        Assert.Equal(["0:NaN", "1:1.7976931348623157E+308", "2:2"], (await server.GetPointsAsync(runId, "odd_values")).Select(
            p => p.Replace("e+", "E+", StringComparison.Ordinal).Replace("2.0", "2", StringComparison.Ordinal)));
        Assert.Equal("content", await server.GetArtifactAsync(runId, "model/deep/a b.txt"));
        Assert.Equal($"{server.Uri}/#/experiments/{outcome.Run.ExperimentId}/runs/{runId}", outcome.Run.Location);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)] // killed after a request, before its acknowledgement was written
    [InlineData(true, true)] // the new pod has an empty spool
    public async Task A_resumed_run_goes_on_in_the_same_record_without_doubling_points(bool withoutState, bool withoutSpool)
    {
        var server = fixture.Server;
        await using (var first = Open())
        {
            LogSteps(first, 0, 10);
            Assert.True((await first.FinishAsync(TrackedStatus.Scheduled, Cancellation)).Complete);
        }

        foreach (var file in Directory.GetFiles(_temporary.At("spool")))
        {
            if (withoutSpool || (withoutState && file.EndsWith(".delivered.json", StringComparison.Ordinal)))
            {
                File.Delete(file);
            }
        }

        await using var second = Open();
        LogSteps(second, 5, 15);
        var outcome = await second.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.True(outcome.Complete, string.Join("; ", outcome.Problems));
        Assert.Equal(Steps(15), await server.GetPointsAsync(outcome.Run.RunId!, "loss"));
        var mine = (await server.GetRunsAsync(outcome.Run.ExperimentId!)).Count(
            run => run.GetProperty("data").ToString().Contains(_uid, StringComparison.Ordinal));
        Assert.Equal(1, mine);
    }

    [Fact]
    public async Task What_a_frozen_server_did_not_take_the_next_process_delivers()
    {
        var server = fixture.Server;
        var told = new List<string>();
        await server.PauseAsync();
        TrackingOutcome outcome;
        try
        {
            await using var first = Open(options => options with { InterruptTimeout = TimeSpan.FromSeconds(2), Notice = told.Add });
            LogSteps(first, 0, 100);
            outcome = await first.FinishAsync(TrackedStatus.Scheduled, Cancellation);
        }
        finally
        {
            await server.ResumeAsync();
        }

        Assert.False(outcome.Complete);
        Assert.Contains("spool", Assert.Single(outcome.Problems), StringComparison.Ordinal);
        await using var second = Open();
        var delivered = await second.FinishAsync(TrackedStatus.Finished, Cancellation);
        Assert.True(delivered.Complete, string.Join("; ", delivered.Problems));
        Assert.Equal(Steps(100), await server.GetPointsAsync(delivered.Run.RunId!, "loss"));
    }

    [Fact]
    public async Task A_data_set_is_an_input_of_the_run_once_however_often_it_is_recorded()
    {
        var server = fixture.Server;
        var pulled = Opened.Dataset with
        {
            Name = new string('n', 501),
            Context = TrackedDataset.Evaluation,
            Uri = "oci://registry/data:1",
        };
        TrackingOutcome outcome;
        for (var process = 0; ; process++)
        {
            await using var tracker = Open();
            LogSteps(tracker, process, process + 1);
            tracker.LogDataset(Opened.Dataset);
            tracker.LogDataset(pulled);
            tracker.LogDataset(Opened.Dataset);
            outcome = await tracker.FinishAsync(process == 0 ? TrackedStatus.Scheduled : TrackedStatus.Finished, Cancellation);
            Assert.True(outcome.Complete, string.Join("; ", outcome.Problems));
            if (process == 1)
            {
                Assert.Equal([new(0, 0.5), new(1, 1.5)], tracker.Points("loss"));
                break;
            }
        }

        var inputs = (await server.GetRunAsync(outcome.Run.RunId!)).GetProperty("inputs").GetProperty("dataset_inputs").EnumerateArray()
            .Select(input => (
                Name: Text(input.GetProperty("dataset"), "name").Length,
                Digest: Text(input.GetProperty("dataset"), "digest"),
                Source: Text(input.GetProperty("dataset"), "source_type") + Text(input.GetProperty("dataset"), "source"),
                Profile: Text(input.GetProperty("dataset"), "profile"),
                Tags: string.Join(' ', input.GetProperty("tags").EnumerateArray().Select(tag => Text(tag, "value")).Order())))
            .OrderBy(input => input.Name);
        const string Cut = "0123456789abcdef0123456789abcdef0123";
        const string Rows = "{\"num_rows\":7}";
        Assert.Equal(
            [
                (8, Cut, "local{\"uri\":\"/data/kinds\"}", Rows, $"{Opened.Dataset.Digest} training"),
                (500, Cut, "oci{\"uri\":\"oci://registry/data:1\"}", Rows, $"evaluation {Opened.Dataset.Digest}"),
            ],
            inputs);

        static string Text(System.Text.Json.JsonElement parent, string name) => parent.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task A_refused_parameter_costs_nothing_else()
    {
        var server = fixture.Server;
        await using var tracker = Open();
        tracker.LogParameters(new Dictionary<string, string> { ["rank"] = "8", ["alpha"] = "16" });
        LogSteps(tracker, 0, 20);
        tracker.LogParameters(new Dictionary<string, string> { ["rank"] = "9", ["dropout"] = "0" });
        LogSteps(tracker, 20, 40);

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.Equal(1, outcome.Undelivered);
        Assert.Contains("parameter 'rank'", Assert.Single(outcome.Problems), StringComparison.Ordinal);
        Assert.Equal(Steps(40), await server.GetPointsAsync(outcome.Run.RunId!, "loss"));
        Assert.Equal(3, (await server.GetRunAsync(outcome.Run.RunId!)).GetProperty("data").GetProperty("params").GetArrayLength());
    }

    [Theory(Timeout = MlflowTroubleTests.PatienceMilliseconds)]
    [InlineData(0)]
    [InlineData(10)]
    public async Task A_run_that_somebody_deletes_is_left_alone_and_told(int stepsAfter)
    {
        var server = fixture.Server;
        await using var tracker = Open();
        LogSteps(tracker, 0, 5);
        var runId = await WaitForRunAsync(tracker);
        await server.PostAsync("runs/delete", new { run_id = runId });
        LogSteps(tracker, 5, 5 + stepsAfter);

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.True(outcome.Undelivered > 0);
        Assert.Contains(outcome.Problems, problem => problem.Contains("deleted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_is_given_by_its_id_is_recorded_into()
    {
        var server = fixture.Server;
        var experiment = (await server.PostAsync("experiments/create", new { name = _uid })).GetProperty("experiment_id").GetString();
        var run = (await server.PostAsync("runs/create", new { experiment_id = experiment })).GetProperty("run").GetProperty("info");
        var runId = run.GetProperty("run_id").GetString()!;
        await using var tracker = Opened.Tracker(
            _temporary, _uid, environment: new() { ["MLFLOW_TRACKING_URI"] = server.Uri, ["MLFLOW_RUN_ID"] = runId });
        LogSteps(tracker, 0, 3);

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.Equal((experiment, runId), (outcome.Run.ExperimentId, outcome.Run.RunId));
        Assert.Equal(Steps(3), await server.GetPointsAsync(runId, "loss"));
    }

    [Fact]
    public async Task A_busy_server_is_waited_for_and_an_entry_that_it_fails_at_costs_nothing_else()
    {
        using var proxy = new FaultyProxy(fixture.Server.Uri, unavailable: 2, poison: "poison");
        await using var tracker = Opened.Tracker(
            _temporary, _uid, change: options => options with { Uri = proxy.Uri, FinishTimeout = TimeSpan.FromSeconds(60) });
        LogSteps(tracker, 0, 40);
        tracker.LogMetric("poison", 1, 0);
        LogSteps(tracker, 40, 60);
        tracker.LogDataset(Opened.Dataset with { Name = "poison" });
        LogSteps(tracker, 60, 80);

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.Equal(2, outcome.Undelivered);
        Assert.Equal(2, outcome.Problems.Count);
        Assert.Contains("metric 'poison' at step 0", outcome.Problems[0], StringComparison.Ordinal);
        Assert.Contains("data set 'poison'", outcome.Problems[1], StringComparison.Ordinal);
        Assert.InRange(proxy.Faults, 6, 30);
        Assert.Equal(Steps(80), await fixture.Server.GetPointsAsync(outcome.Run.RunId!, "loss"));
    }

    private static async Task<string> WaitForRunAsync(IRunTracker tracker)
    {
        while (tracker.Run.RunId is null)
        {
            await Task.Delay(20, Cancellation);
        }

        return tracker.Run.RunId;
    }

    private IRunTracker Open(Func<TrackingOptions, TrackingOptions>? change = null)
    {
        return Opened.Tracker(_temporary, _uid, environment: fixture.Server.Environment, change: change);
    }

    internal static void LogSteps(IRunTracker tracker, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            tracker.LogMetric("loss", step + 0.5, step);
        }
    }

    internal static IEnumerable<string> Steps(int count)
    {
        return Enumerable.Range(0, count).Select(step => $"{step}:{step}.5");
    }
}
