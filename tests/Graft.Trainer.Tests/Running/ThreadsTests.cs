using Graft.Trainer.Running;
using Xunit;

namespace Graft.Trainer.Tests.Running;

public sealed class ThreadsTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData(1, 1)]
    [InlineData(8, 8)]
    public void What_the_processors_can_carry_is_taken_without_a_word(int? wanted, int? chosen)
    {
        Assert.Equal((chosen, (string?)null), Threads.Choose(wanted, processors: 8));
    }

    [Theory]
    [InlineData(9, 8)]
    [InlineData(9999, 8)]
    [InlineData(int.MaxValue, 8)]
    [InlineData(0, null)]
    [InlineData(-1, null)]
    public void Anything_else_is_bounded_by_the_processors_aloud(int wanted, int? chosen)
    {
        var (taken, why) = Threads.Choose(wanted, processors: 8);

        Assert.Equal(chosen, taken);
        Assert.StartsWith($"{wanted} threads", why, StringComparison.Ordinal);
        Assert.Contains("8", why, StringComparison.Ordinal);
    }
}
