using Graft.Operator.Runtime;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Graft.Operator.Tests.Runtime;

public sealed class TokenBucketTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Tokens_taken_in_advance_are_waited_for_in_turn()
    {
        var bucket = new TokenBucket(rate: 10, burst: 2, _time);

        Assert.Equal(
            [TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)],
            Enumerable.Range(0, 4).Select(_ => bucket.Reserve()));
    }

    [Fact]
    public async Task A_token_to_spare_is_taken_at_once()
    {
        await new TokenBucket(rate: 10, burst: 1, _time).TakeSpareAsync(Longest, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_can_wait_lets_those_go_first_who_came_later()
    {
        var bucket = new TokenBucket(rate: 10, burst: 1, _time);
        bucket.Reserve();
        var spare = bucket.TakeSpareAsync(Longest, TestContext.Current.CancellationToken);

        Assert.Equal(TimeSpan.FromMilliseconds(100), bucket.Reserve());
        _time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.False(spare.IsCompleted, "The only token was another's.");

        await Passes(spare);
    }

    [Fact]
    public async Task What_has_waited_long_takes_its_turn_though_others_take_everything()
    {
        var bucket = new TokenBucket(rate: 10, burst: 1, _time);
        bucket.Reserve();
        var began = _time.GetTimestamp();

        await Passes(bucket.TakeSpareAsync(Longest, TestContext.Current.CancellationToken), () => bucket.Reserve());

        Assert.True(_time.GetElapsedTime(began) >= Longest);
    }

    /// <summary>Lets time pass until something has ended; others take a token at each step.</summary>
    private async Task Passes(Task ending, Action? others = null)
    {
        while (!ending.IsCompleted)
        {
            others?.Invoke();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await ending;
    }
}
