using Graft.Api.Reporting;
using Graft.Cli.Display;
using Graft.Programs.Charts;
using Xunit;

namespace Graft.Cli.Tests.Display;

public sealed class RunProgressStateTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Loading shards")]
    [InlineData("{\"event\":")]
    [InlineData("{\"step\":1}")]
    [InlineData("{\"event\":1}")]
    public void A_line_that_is_no_event_is_left_alone(string line)
    {
        Assert.Null(EventJson.Parse(line));
    }

    [Fact]
    public void A_loss_counts_while_training_only()
    {
        var state = State(
            """{"event":"progress","activity":"Training","step":3,"totalSteps":9,"loss":2.5,"checkpointStep":2}""",
            """{"event":"progress","activity":"Publishing","step":9,"totalSteps":9,"loss":9.9}""");
        Assert.Equal([new LossPoint(3, 2.5)], state.Training.Points);
        Assert.Equal(("Publishing", 9L, 2L), (state.Report.Activity, state.Report.Step, state.CheckpointStep));
    }

    [Fact]
    public void A_loss_that_is_not_a_number_is_not_drawn()
    {
        Assert.Empty(State("""{"event":"progress","activity":"Training","step":3,"totalSteps":9,"loss":"NaN"}""").Training.Points);
    }

    [Fact]
    public void The_base_is_the_first_held_out_loss_and_the_adapted_model_the_next()
    {
        var state = State(
            """{"event":"evaluation","model":"base","step":0,"loss":4,"tokenAccuracy":0.1}""",
            """{"event":"evaluation","model":"adapted","step":9,"loss":1.5,"tokenAccuracy":0.6}""");
        Assert.Equal([new LossPoint(0, 4), new LossPoint(9, 1.5)], state.HeldOut.Points);
    }

    [Fact]
    public void A_run_that_goes_on_says_from_where()
    {
        var state = State(
            """{"event":"started","resumedFromStep":40,"trainableParameters":1000,"baseParameters":20000,"""
            + """ "trainRecords":64,"evaluationRecords":8,"device":"cpu","threads":2}""");
        Assert.Equal(
            "Going on from step 40. 1,000 of 20,000 parameters are trained on 64 records, 8 are held out; cpu, 2 threads.",
            state.Start);
    }

    private static RunProgressState State(params string[] lines)
    {
        var state = new RunProgressState();
        state.ApplyAll(lines.Select(line => EventJson.Parse(line)!));
        return state;
    }
}
