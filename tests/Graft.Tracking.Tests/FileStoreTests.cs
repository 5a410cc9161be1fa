using System.Text.Json;
using Graft.Common;
using Graft.Tracking.FileStore;
using Xunit;

namespace Graft.Tracking.Tests;

public sealed class FileStoreTests : IDisposable
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
    };

    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _temporary.Dispose();
    }

    [Fact]
    public async Task MLflow_reads_what_was_written()
    {
        MlflowInstallation.Require();
        await WriteARunAsync();

        using var read = JsonDocument.Parse(await MlflowInstallation.RunAsync(
            ["python", "-c", ReadRuns],
            new Dictionary<string, string>
            {
                ["MLFLOW_ALLOW_FILE_STORE"] = "true",
                ["MLFLOW_TRACKING_URI"] = new Uri(_temporary.At("mlruns")).AbsoluteUri,
            }));

        AssertTheRun(read.RootElement);
    }

    [Fact]
    public async Task MLflow_migrates_what_was_written_to_a_database()
    {
        MlflowInstallation.Require();
        await WriteARunAsync();
        var database = $"sqlite:///{_temporary.At("mlflow.db")}";

        await MlflowInstallation.RunAsync(["mlflow", "migrate-filestore", "--source", _temporary.At("mlruns"), "--target", database]);
        using var read = JsonDocument.Parse(await MlflowInstallation.RunAsync(
            ["python", "-c", ReadRuns], new Dictionary<string, string> { ["MLFLOW_TRACKING_URI"] = database }));

        AssertTheRun(read.RootElement);
    }

    [Fact]
    public async Task A_resumed_run_goes_on_in_the_same_record_without_doubling_points()
    {
        await using (var first = Opened.Tracker(_temporary))
        {
            first.LogParameters(new Dictionary<string, string> { ["rank"] = "8" });
            for (var step = 0; step < 10; step++)
            {
                first.LogMetric("train/loss", 10 - step, step);
            }

            await first.FinishAsync(TrackedStatus.Scheduled, Cancellation);
        }

        await using var second = Opened.Tracker(_temporary);
        second.LogParameters(new Dictionary<string, string> { ["rank"] = "8" });
        for (var step = 5; step < 15; step++)
        {
            second.LogMetric("train/loss", 10 - step, step);
        }

        var outcome = await second.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.True(outcome.Complete);
        Assert.Equal(Enumerable.Range(0, 15).Select(step => new MetricPoint(step, 10 - step)), second.Points("train/loss"));
        Assert.Empty(second.Points("eval/loss"));
        var run = outcome.Run.Location;
        var lines = await File.ReadAllLinesAsync(Path.Combine(run, "metrics", "train", "loss"), Cancellation);
        Assert.Equal(Enumerable.Range(0, 15).Select(step => $"{10 - step} {step}"), lines.Select(line => line[(line.IndexOf(' ') + 1)..]));
        Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(run)!));
        Assert.Equal("3", FlatYaml.Read(await File.ReadAllTextAsync(Path.Combine(run, "meta.yaml"), Cancellation))["status"]);
    }

    [Fact]
    public async Task A_line_that_a_crash_cut_off_is_written_anew()
    {
        string metric;
        await using (var first = Opened.Tracker(_temporary))
        {
            first.LogMetric("loss", 1, 0);
            first.LogMetric("loss", 2, 1);
            metric = Path.Combine(first.Run.Location, "metrics", "loss");
        }

        var bytes = await File.ReadAllBytesAsync(metric, Cancellation);
        await File.WriteAllBytesAsync(metric, bytes[..^3], Cancellation);
        await using var second = Opened.Tracker(_temporary);
        second.LogMetric("loss", 1, 0);
        second.LogMetric("loss", 2, 1);

        Assert.Equal(["1 0", "2 1"], (await File.ReadAllLinesAsync(metric, Cancellation)).Select(line => line[(line.IndexOf(' ') + 1)..]));
    }

    [Fact]
    public async Task Two_runs_share_an_experiment_that_both_create_at_once()
    {
        var trackers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Opened.Tracker(_temporary, uid: $"uid-{i}"))));

        Assert.Single(trackers.Select(tracker => tracker.Run.ExperimentId).Distinct());
        Assert.Equal(6, trackers.Select(tracker => tracker.Run.RunId).Distinct().Count());
        Assert.Empty(Directory.GetFileSystemEntries(_temporary.At("mlruns"), "*.tmp", Everything));
    }

    [Fact]
    public async Task The_same_file_may_be_written_by_many_at_once()
    {
        var path = _temporary.At("folder/meta.yaml");
        var contents = Enumerable.Range(0, 16).Select(i => new string((char)('a' + i), 4096)).ToList();

        await Task.WhenAll(contents.Select(content => Task.Run(() => AtomicFile.WriteText(path, content), Cancellation)));

        Assert.Contains(await File.ReadAllTextAsync(path, Cancellation), contents);
        Assert.Equal([path], Directory.GetFiles(_temporary.At("folder"), "*", Everything));
    }

    [Fact]
    public async Task What_a_killed_writer_left_is_not_among_what_MLflow_lists_and_is_deleted_by_the_next()
    {
        string run;
        await using (var first = Opened.Tracker(_temporary))
        {
            first.LogParameters(new Dictionary<string, string> { ["rank"] = "8" });
            run = first.Run.Location;
            // A parameter cannot take the place of a folder: its unfinished file is all that could stay.
            Directory.CreateDirectory(Path.Combine(run, "params", "folder"));
            first.LogParameters(new Dictionary<string, string> { ["folder"] = "1" });
        }

        Assert.Equal(["rank"], Directory.GetFiles(Path.Combine(run, "params"), "*", Everything).Select(path => Path.GetFileName(path)!));
        Assert.Equal([FolderLock.FileName, "meta.yaml"], Directory.GetFiles(run).Select(path => Path.GetFileName(path)!).Order());
        var (old, recent) = (Path.Combine(run, ".rank.1.tmp"), Path.Combine(run, ".rank.2.tmp"));
        await File.WriteAllTextAsync(old, "", Cancellation);
        await File.WriteAllTextAsync(recent, "", Cancellation);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));

        await using var second = Opened.Tracker(_temporary);

        Assert.Equal(run, second.Run.Location);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(recent));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_run_whose_creator_was_killed_half_way_is_finished_by_the_next(int left)
    {
        string run;
        await using (var first = Opened.Tracker(_temporary))
        {
            run = first.Run.Location;
        }

        // What lies there after each step of its creation: the experiment's folder, the run's folder, its identity.
        Directory.Delete(left == 0 ? Path.GetDirectoryName(run)! : Path.Combine(run, "tags"), recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(run)!);
        if (left > 0)
        {
            File.Delete(Path.Combine(run, "meta.yaml"));
        }

        if (left == 2)
        {
            Directory.CreateDirectory(Path.Combine(run, "tags", "graft.dev"));
            await File.WriteAllTextAsync(Path.Combine(run, "tags", RunTracker.RunUidTag), "uid-1", Cancellation);
        }

        await using var second = Opened.Tracker(_temporary);

        Assert.Equal(run, second.Run.Location);
        Assert.Equal(run, Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(run)!)));
        Assert.Equal("active", MlrunsFolder.ReadMeta(run)!["lifecycle_stage"]);
        Assert.Equal("uid-1", await File.ReadAllTextAsync(Path.Combine(run, "tags", RunTracker.RunUidTag), Cancellation));
    }

    [Fact]
    public async Task A_run_that_its_users_deleted_is_recorded_anew()
    {
        var runs = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            await using var tracker = Opened.Tracker(_temporary);
            runs.Add(tracker.Run.Location);
            var meta = Path.Combine(tracker.Run.Location, "meta.yaml");
            var text = await File.ReadAllTextAsync(meta, Cancellation);
            await File.WriteAllTextAsync(meta, text.Replace("active", "deleted", StringComparison.Ordinal), Cancellation);
        }

        Assert.Equal(3, runs.Distinct().Count());
    }

    [Fact]
    public async Task A_changed_parameter_keeps_its_value_and_is_told()
    {
        var told = new List<string>();
        await using var tracker = Opened.Tracker(_temporary, change: options => options with { Notice = told.Add });
        tracker.LogParameters(new Dictionary<string, string> { ["rank"] = "8" });
        tracker.LogParameters(new Dictionary<string, string> { ["rank"] = "16" });

        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);

        Assert.Equal("8", await File.ReadAllTextAsync(Path.Combine(tracker.Run.Location, "params", "rank"), Cancellation));
        Assert.Contains("rank", Assert.Single(outcome.Problems), StringComparison.Ordinal);
        Assert.Equal(outcome.Problems, told);
    }

    [Fact]
    public async Task What_cannot_be_written_does_not_reach_the_trainer()
    {
        await using var tracker = Opened.Tracker(_temporary);
        tracker.LogMetric("a", 1, 0);
        tracker.LogMetric("a/b", 1, 0);
        tracker.LogArtifact(_temporary.At("missing"));

        var outcome = await tracker.FinishAsync(TrackedStatus.Failed, Cancellation);

        Assert.Equal(2, outcome.Undelivered);
        Assert.Equal(2, outcome.Problems.Count);
    }

    [Theory]
    [InlineData("name: plain text\n", "plain text")]
    [InlineData("name: 'it''s quoted'\n", "it's quoted")]
    [InlineData("name: \"a \\\"b\\\" \\xE9\\u20AC\\n\"\n", "a \"b\" é€\n")]
    [InlineData("name: a long\n  text that\n  was folded\nother: 1\n", "a long text that was folded")]
    [InlineData("name: 'two\n\n  lines'\n", "two\nlines")]
    [InlineData("name: \"a\\\n  \\ b\"\n", "a b")]
    [InlineData("name: 'has: colon'\n", "has: colon")]
    public void Meta_files_of_other_writers_are_read(string yaml, string expected)
    {
        Assert.Equal(expected, FlatYaml.Read(yaml)["name"]);
    }

    private async Task WriteARunAsync()
    {
        var artifact = _temporary.At("note.txt");
        await File.WriteAllTextAsync(artifact, "hello", Cancellation);
        await using var tracker = Opened.Tracker(_temporary, experiment: "0123: \"quoted\" name");
        tracker.LogParameters(new Dictionary<string, string> { ["method/rank"] = "8", ["text"] = "true" });
        tracker.SetTags(new Dictionary<string, string> { ["graft.dev/method"] = "lora" });
        tracker.LogMetric("train/loss", 1.0 / 3, 0);
        tracker.LogMetric("train/loss", double.NaN, 1);
        tracker.LogMetric("train/loss", double.NegativeInfinity, 2);
        tracker.LogMetric("train/loss", 5e-324, 3);
        tracker.LogMetric("odd#key", 1e21, long.MaxValue);
        tracker.LogArtifact(artifact, "notes");
        tracker.LogDataset(Opened.Dataset);
        tracker.LogDataset(Opened.Dataset);
        var outcome = await tracker.FinishAsync(TrackedStatus.Finished, Cancellation);
        Assert.True(outcome.Complete, string.Join("; ", outcome.Problems));
    }

    private static void AssertTheRun(JsonElement read)
    {
        Assert.Equal("0123: \"quoted\" name", read.GetProperty("experiment").GetString());
        Assert.Equal("FINISHED", read.GetProperty("status").GetString());
        Assert.Equal("demo", read.GetProperty("name").GetString());
        Assert.Equal("8", read.GetProperty("params").GetProperty("method/rank").GetString());
        Assert.Equal("true", read.GetProperty("params").GetProperty("text").GetString());
        Assert.Equal("lora", read.GetProperty("tags").GetProperty("graft.dev/method").GetString());
        Assert.Equal("uid-1", read.GetProperty("tags").GetProperty(RunTracker.RunUidTag).GetString());
        Assert.Equal(
            [$"kinds: a|0123456789abcdef0123456789abcdef0123|local|{{\"uri\":\"/data/kinds\"}}|{{\"num_rows\":7}}|training|{Opened.Dataset.Digest}"],
            read.GetProperty("inputs").EnumerateArray().Select(input => input.GetString()!));
        Assert.Equal(["notes/note.txt"], read.GetProperty("artifacts").EnumerateArray().Select(path => path.GetString()!));
        var points = read.GetProperty("loss").EnumerateArray().Select(point => $"{point[0]}:{point[1]}").ToList();
        Assert.Equal("0:0.3333333333333333", points[0]);
        Assert.Equal("1:nan", points[1]);
        Assert.StartsWith("2:-", points[2], StringComparison.Ordinal);
        Assert.Equal("3:5e-324", points[3]);
        Assert.Equal($"{long.MaxValue}:1e+21", read.GetProperty("odd").GetString());
    }

    private const string ReadRuns = """
        import json, mlflow
        client = mlflow.MlflowClient()
        experiment = next(e for e in client.search_experiments() if e.name != "Default")
        run, = client.search_runs([experiment.experiment_id], "tags.`graft.dev/run-uid` = 'uid-1'")
        id = run.info.run_id
        loss = sorted(client.get_metric_history(id, "train/loss"), key=lambda m: m.step)
        odd, = client.get_metric_history(id, "odd_key")
        print(json.dumps(dict(
            experiment=experiment.name, status=run.info.status, name=run.info.run_name, params=run.data.params, tags=run.data.tags,
            inputs=["|".join([d.name, d.digest, d.source_type, d.source, d.profile, t["mlflow.data.context"], t["graft.dev/digest"]])
                for i in run.inputs.dataset_inputs for d, t in [(i.dataset, {t.key: t.value for t in i.tags})]],
            artifacts=[a.path for a in client.list_artifacts(id, "notes")],
            loss=[[m.step, repr(m.value)] for m in loss], odd=f"{odd.step}:{odd.value!r}")))
        """;
}
