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

    [Theory]
    [InlineData("0.03", 1, 0)]
    [InlineData("0.03", 2, 1)]
    [InlineData("0.03", 101, 4)]
    [InlineData("1", 10, 9)]
    public void A_warm_up_that_is_a_share_of_the_steps_leaves_a_step_at_the_full_rate(string ratio, int total, int expected) =>
        Assert.Equal(expected, PlanSchedule.WarmupOf(new TrainingSpec { WarmupRatio = new(ratio) }, total));

    [Theory]
    [InlineData("cosine")]
    [InlineData("linear")]
    [InlineData("constant")]
    public void With_the_defaults_a_run_of_one_step_has_its_full_rate(string schedule)
    {
        var training = new TrainingSpec { Schedule = schedule, MaxSteps = 1 }.Normalized();
        Assert.Equal(2e-4, PlanSchedule.Of(training, 1)(0));
        PlanSchedule.RequireMovement(training, 1, smallestWeight: 0);
    }

    [Theory]
    [InlineData("1e-3", 1, 1, 0.0, "the learning rate is 0 in all steps: 1 steps, 1 of warm-up")]
    [InlineData("1e-3", 100, 1, 0.0, "the learning rate is 0 in all steps: 1 steps, 100 of warm-up")]
    [InlineData("1e-12", 0, 100, 0.0, "the highest rate is 1e-12, and below 2.98e-10")]
    [InlineData("1e-9", 0, 1000, 1.0, "the highest rate is 1e-9, and below 2.98e-8")]
    public void Rates_that_move_nothing_are_refused_with_both_numbers(string rate, int warmup, int total, double smallest, string message)
    {
        var training = new TrainingSpec { LearningRate = new(rate), WarmupSteps = warmup };
        var error = Assert.Throws<PlanFormatException>(() => PlanSchedule.RequireMovement(training, total, smallest));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1e-3", 100, 2, 0.0)]
    [InlineData("1e-9", 0, 1000, 0.0)]
    [InlineData("1e-7", 0, 1, 1.0)]
    public void Rates_that_move_a_little_are_not(string rate, int warmup, int total, double smallest) => PlanSchedule.RequireMovement(
        new TrainingSpec { LearningRate = new(rate), WarmupSteps = warmup }, total, smallest);
}
