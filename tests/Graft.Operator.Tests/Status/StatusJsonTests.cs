using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Operator.Runs;
using Graft.Operator.Status;
using k8s;
using k8s.Models;
using Xunit;

namespace Graft.Operator.Tests.Status;

/// <summary>What is written of a resource when something is too long, refused, or fails.</summary>
public sealed class StatusJsonTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Texts_are_cut_to_the_schema_at_every_depth_and_nothing_else_changes()
    {
        var status = new TrainingRunStatus
        {
            PlanHash = new string('a', 100),
            JobName = "quick-12345678",
            Artifact = new PublishedArtifactStatus { Name = "quick", Reference = new string('r', 2000) },
            Progress = new RunProgress { Activity = "Doing\u001b[31m something that has a very long name", Step = 3 },
            Conditions = [new V1Condition { Type = "Accepted", Status = "True", Reason = "Valid", Message = new string('m', 40000),
                LastTransitionTime = Now.UtcDateTime }],
        };

        var cut = KubernetesJson.Deserialize<TrainingRunStatus>(StatusJson.Of(status).ToJsonString());

        Assert.Equal(
            (71, "quick-12345678", "quick", 1024), (cut.PlanHash!.Length, cut.JobName, cut.Artifact!.Name, cut.Artifact.Reference!.Length));
        Assert.Equal("Doing [31m something that has a…", cut.Progress!.Activity);
        Assert.Equal(3, cut.Progress.Step);
        Assert.Equal(32768, Assert.Single(cut.Conditions!).Message.Length);
        Assert.Equal(100, status.PlanHash.Length);
    }

    [Fact]
    public void A_new_run_in_trouble_says_so_in_every_condition_that_people_and_tools_read()
    {
        var status = InTrouble(new AdapterTrainingRun { Metadata = new V1ObjectMeta { Name = "quick", Generation = 2 } });

        Assert.Equal(2, status.ObservedGeneration);
        Assert.Equal(
            ["Accepted=Unknown/StatusRefused", "Reconciling=False/StatusRefused", "Stalled=True/StatusRefused",
                "Succeeded=Unknown/StatusRefused"],
            status.Conditions!.Select(Text));
        Assert.All(status.Conditions!, condition => Assert.Equal("too long", condition.Message));
    }

    [Fact]
    public void What_has_ended_stays_ended_and_what_is_known_stays_known()
    {
        var run = new AdapterTrainingRun
        {
            Metadata = new V1ObjectMeta { Name = "quick", Generation = 3 },
            Status = new TrainingRunStatus
            {
                ObservedGeneration = 2,
                PlanHash = "sha256:" + new string('a', 64),
                CompletionTime = Now.UtcDateTime,
                Artifact = new PublishedArtifactStatus { Version = "v1" },
                Progress = new RunProgress { Step = 10, TotalSteps = 10, Summary = "10/10 (100%)", Loss = "1.5" },
                Conditions = [Condition("Accepted", "True", "Valid"), Condition("Succeeded", "False", "BadData"), Condition(
                    "Checkpointed", "True", "CheckpointSaved")],
            },
        };

        var status = InTrouble(run);

        Assert.True(RunDecider.IsFinished(status));
        Assert.Equal((3L, run.Status.PlanHash, "v1"), (status.ObservedGeneration, status.PlanHash, status.Artifact!.Version));
        Assert.Equal((10L, "10/10 (100%)", null), (status.Progress!.Step, status.Progress.Summary, status.Progress.Loss));
        Assert.Equal("False/BadData", Text(status.Get("Succeeded")!)[10..]);
        Assert.Equal("Unknown/StatusRefused", Text(status.Get("Accepted")!)[9..]);
        Assert.Equal("True/CheckpointSaved", Text(status.Get("Checkpointed")!)[13..]);
    }

    [Fact]
    public void An_input_that_was_ready_before_its_spec_changed_is_not_known_to_be_ready()
    {
        var model = new BaseModel
        {
            Metadata = new V1ObjectMeta { Name = "tiny", Generation = 3 },
            Status = new BaseModelStatus
            {
                ObservedGeneration = 2,
                Digest = "sha256:1",
                Conditions = [Condition(
                "Ready", "True", "Available")]
            },
        };

        var status = KubernetesJson.Deserialize<BaseModelStatus>(
            StatusJson.InTrouble(model, Reasons.StatusRefused, "too long", Now).ToJsonString());

        Assert.Equal("sha256:1", status.Digest);
        Assert.Equal("Unknown/StatusRefused", Text(status.Get("Ready")!)[6..]);
        Assert.Equal("True/StatusRefused", Text(status.Get("Stalled")!)[8..]);
    }

    [Fact]
    public void Trouble_that_lasts_is_written_once()
    {
        var run = new AdapterTrainingRun { Metadata = new V1ObjectMeta { Name = "quick", Generation = 2 } };
        run.Status = InTrouble(run);

        var again = StatusJson.InTrouble(run, Reasons.StatusRefused, "too long", Now + TimeSpan.FromHours(1));

        Assert.Equal(StatusJson.Of(run.Status).ToJsonString(), again.ToJsonString());
    }

    public static TheoryData<string, string?> Reports => new()
    {
        // A step beyond the total, an estimate beyond all bounds, numbers that are none.
        { """{"activity":"Training","step":400,"totalSteps":300,"etaSeconds":1e300,"loss":"NaN"}""", "300/300 (100%) -" },
        { """{"activity":"Training","step":-5,"totalSteps":-1,"etaSeconds":-3,"tokensPerSecond":-1,"checkpointStep":-2}""", "0 -" },
        { """{"activity":"Training","step":9223372036854775807,"totalSteps":9223372036854775807}""", "9223372036854775807/9223372036854775807 (100%) -" },
        { """{"activity":"Training","step":1e30,"totalSteps":300,"etaSeconds":1e999,"tokensPerSecond":1e300}""", "300/300 (100%) -" },
        { """{"activity":"Training","step":120.0,"totalSteps":300,"etaSeconds":200,"mood":{"good":true}}""", "120/300 (40%) 3m20s" },
        { """{"step":1}""", null },
        { """{"activity":null,"step":1}""", null },
        { """[]""", null },
        { """{"activity":"Training","step":"many"}""", null },
    };

    [Theory]
    [MemberData(nameof(Reports))]
    public void Reports_of_other_releases_are_read_and_shown_as_far_as_they_can_be(string json, string? shown)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(json);
        if (shown is null)
        {
            Assert.ThrowsAny<System.Text.Json.JsonException>(() => Graft.Operator.Reports.ReportJson.Read(body));
            return;
        }

        var progress = ProgressStatus.Of(Graft.Operator.Reports.ReportJson.Read(body), Now);

        Assert.Equal(shown, $"{progress.Summary} {progress.Eta ?? "-"}");
        Assert.Null(progress.Loss);
        Assert.Null(progress.TokensPerSecond);
        Assert.True(progress.CheckpointStep is null or 0);
    }

    [Fact]
    public void A_failed_result_never_shows_more_steps_than_there_are()
    {
        var final = ProgressStatus.Final(
            new RunProgress { TotalSteps = 10 }, new RunResult { Outcome = "Failed", Message = "", Steps = 20 });

        Assert.Equal("20/20 (100%)", final!.Summary);
    }

    private static TrainingRunStatus InTrouble(AdapterTrainingRun run)
    {
        return KubernetesJson.Deserialize<TrainingRunStatus>(
            StatusJson.InTrouble(run, Reasons.StatusRefused, "too long", Now).ToJsonString());
    }

    private static V1Condition Condition(string type, string status, string reason)
    {
        return new V1Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = "",
            ObservedGeneration = 2,
            LastTransitionTime = Now.UtcDateTime
        };
    }

    private static string Text(V1Condition condition)
    {
        return $"{condition.Type}={condition.Status}/{condition.Reason}";
    }
}
