using CsCheck;
using Xunit;

namespace Graft.Common.Tests;

public sealed class BackoffTests
{
    [Fact]
    public void A_pause_doubles_with_each_failure_up_to_its_bound()
    {
        var pauses = Enumerable.Range(1, 6).Select(
            failures => Backoff.Doubled(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5), failures).TotalSeconds);

        Assert.Equal([0.5, 1, 2, 4, 5, 5], pauses);
    }

    [Fact]
    public void No_number_of_failures_overflows_or_shortens_a_pause()
    {
        var anyPause = Gen.Long[1, TimeSpan.MaxValue.Ticks].Select(TimeSpan.FromTicks);
        Gen.Select(anyPause, anyPause, Gen.Int).Sample((one, other, failures) =>
        {
            var (first, longest) = one < other ? (one, other) : (other, one);

            var pause = Backoff.Doubled(first, longest, failures);

            // Seconds as floating-point numbers hold 15 digits of a time.
            Assert.InRange(pause.TotalSeconds, first.TotalSeconds * (1 - 1e-12), longest.TotalSeconds);
        });
    }

    [Fact]
    public void A_jittered_pause_is_at_least_a_half_and_at_most_the_whole()
    {
        Gen.Select(Gen.Double[0, 3600], Gen.Double[0, 1]).Sample((seconds, random) =>
            Assert.InRange(
                Backoff.Jittered(TimeSpan.FromSeconds(seconds), random), TimeSpan.FromSeconds(seconds) / 2, TimeSpan.FromSeconds(seconds)));
    }
}
