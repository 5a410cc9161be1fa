using Graft.Api.Planning;
using Graft.Api.Reporting;
using Xunit;

namespace Graft.Api.Tests.Reporting;

public sealed class EventTextTests
{
    [Theory]
    [InlineData("""{"event":"progress","activity":"Publishing","step":9,"totalSteps":9,"loss":2}""", "Publishing")]
    [InlineData(
        """{"event":"progress","activity":"Evaluating","part":{"what":"base model, held-out records","done":120,"total":1420,"secondsLeft":12.4}}""",
        "Evaluating: base model, held-out records, 120 of 1,420, 12s left")]
    [InlineData(
        """{"event":"progress","activity":"Loading","part":{"what":"checking the files of base","done":1048576,"total":3145728,"isBytes":true}}""",
        "Loading: checking the files of base, 1.0 MiB of 3.0 MiB")]
    [InlineData("""{"event":"progress","activity":"Loading","part":{"what":"training records","done":7}}""", "Loading: training records, 7")]
    [InlineData("""{"event":"checkpoint","step":20,"path":"/x"}""", "checkpoint at step 20")]
    [InlineData("""{"event":"warning","message":"Two records are cut."}""", "warning: Two records are cut.")]
    [InlineData(
        """{"event":"evaluation","model":"base","step":0,"loss":4.25,"tokenAccuracy":0.125}""",
        "base model on the held-out records: loss 4.2500, token accuracy 12.5 %")]
    [InlineData("""{"run":"a","event":"warning","message":"in a pack","later":1}""", "warning: in a pack")]
    public void An_event_of_whatever_release_is_told_in_words(string line, string told)
    {
        Assert.Equal(told, EventText.Of(EventJson.Parse(line)!));
    }

    [Theory]
    [InlineData("words for people")]
    [InlineData("{\"event\":")]
    [InlineData("""{"event":"teleported"}""")]
    [InlineData("""{"step":1}""")]
    public void What_is_no_event_that_is_known_here_is_none(string line)
    {
        Assert.Null(EventJson.Parse(line));
    }

    [Fact]
    public void Every_event_survives_writing_and_reading()
    {
        var result = new RunResult { Outcome = "Succeeded", Message = "Done.", Steps = 3 };
        TrainerEvent[] events =
        [
            new StartedEvent { PlanHash = "sha256:1", TotalSteps = 3, FirstSample = "⟦a⟧" },
            new ProgressEvent { Step = 1, TotalSteps = 3, Loss = double.NaN, GradientNorm = 2 },
            new EvaluationEvent { Model = EvaluationEvent.Base, Loss = 4, TokenAccuracy = 0.5, ExactMatch = 0 },
            new CheckpointEvent(2, "/x"),
            new WarningEvent("two\nlines"),
            new ArtifactEvent("/a", "a", "v1", "sha256:2", "oci:/a:v1"),
            new FinishedEvent(result),
            new FailedEvent(5, result),
        ];
        Assert.Equal(
            typeof(TrainerEvent).Assembly.GetTypes().Where(type => type.BaseType == typeof(TrainerEvent)).Select(type => type.Name).Order(),
            events.Select(told => told.GetType().Name).Order());

        Assert.All(events, told => Assert.Equal(told, EventJson.Parse(EventJson.Write(told))));
        Assert.All(events, told => Assert.DoesNotContain('\n', EventJson.Write(told)));
    }
}
