using Graft.Api.Planning;
using Graft.Api.V1Alpha1;
using Graft.Trainer.Schedules;
using Xunit;

namespace Graft.Trainer.Tests.Schedules;

public sealed class PlanScheduleTests
{
    [Theory]
    [InlineData("1.1", 100, 110)]
    [InlineData("1.1", 7, 8)]
    [InlineData("0.001", 7, 1)]
    [InlineData("3", 132, 396)]
    public void Epochs_are_as_many_steps_as_they_say(string epochs, int stepsPerEpoch, int steps)
    {
        Assert.Equal(steps, PlanSchedule.TotalSteps(new TrainingSpec { Epochs = new(epochs) }, stepsPerEpoch));
    }

    [Fact]
    public void More_steps_than_can_be_counted_are_refused()
    {
        var error = Assert.Throws<PlanFormatException>(
            () => PlanSchedule.TotalSteps(new TrainingSpec { Epochs = new("100000") }, 1_000_000));

        Assert.Contains("training.epochs: 100000 times the 1000000 steps of an epoch are 100000000000 steps", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.07", 100, 7)]
    [InlineData("0.03", 700, 21)]
    [InlineData("0.03", 10, 1)]
    [InlineData("1", 10, 10)]
    [InlineData("0", 10, 0)]
    public void A_warm_up_is_the_share_of_the_steps_that_it_says(string share, int total, int steps)
    {
        Assert.Equal(steps, PlanSchedule.WarmupSteps(new(share), total));
    }
}
