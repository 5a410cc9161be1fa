using Graft.Api.Planning;
using Graft.Api.Reporting;
using Graft.Cli.Cluster;
using Xunit;

namespace Graft.Cli.Tests.Cluster;

public sealed class PodLogTests
{
    private static readonly string Progress = EventJson.Write(
        new ProgressEvent { Activity = Activities.Training, Step = 1, TotalSteps = 2 });

    private static readonly string Failure = EventJson.Write(
        new FailedEvent(6, new RunResult { Outcome = "Failed", Message = "The disk is full." }));

    [Fact]
    public void What_the_log_says_in_sentences_is_not_said_again()
    {
        Assert.Equal(["19:01:46 step 1/2  loss 3.5"], Shown(Progress, "19:01:46 step 1/2  loss 3.5", Progress));
    }

    [Fact]
    public void Why_a_run_failed_is_said_once_whether_or_not_the_log_has_a_sentence_of_it()
    {
        Assert.Equal(["The disk is full."], Shown(Progress, Failure));
        Assert.Equal(["The disk is full."], Shown("The disk is full.", Failure));
        Assert.Equal(["Unhandled exception", "The disk is full."], Shown("Unhandled exception", Failure));
    }

    [Fact]
    public void What_no_event_is_is_shown_as_it_is()
    {
        Assert.Equal(["", "{\"a\": 1}", "at Graft.Trainer"], Shown("", "{\"a\": 1}", "at Graft.Trainer"));
    }

    private static IEnumerable<string> Shown(params string[] lines)
    {
        var log = new PodLog();
        return lines.Select(log.Shown).OfType<string>();
    }
}
