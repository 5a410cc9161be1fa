using Graft.Trainer.Running;
using Xunit;

namespace Graft.Trainer.Tests.Running;

public sealed class PaceTests
{
    [Fact]
    public void The_time_left_is_that_of_the_steps_and_of_all_measurements_to_come()
    {
        var pace = new Pace { EvaluationSeconds = 100, LossSeconds = 10 };
        pace.Add(tokens: 50, TimeSpan.FromSeconds(2));

        Assert.Equal((60 * 2) + 100, pace.Left(step: 40, total: 100, evaluateEvery: 0));
        // After the steps 50 to 90; the last measurement is the whole one.
        Assert.Equal((60 * 2) + (5 * 10) + 100, pace.Left(step: 40, total: 100, evaluateEvery: 10));
        Assert.Equal(100, pace.Left(step: 100, total: 100, evaluateEvery: 10));
    }
}
