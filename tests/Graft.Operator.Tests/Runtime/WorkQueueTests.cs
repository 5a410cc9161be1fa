using CsCheck;
using Graft.Operator.Runtime;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Graft.Operator.Tests.Runtime;

public sealed class WorkQueueTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_key_added_twice_is_taken_once()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        queue.Add("a");

        Assert.Equal("a", await TakeAsync(queue));
        Assert.Null(await TakeAsync(queue));
    }

    [Fact]
    public async Task A_key_added_while_it_is_worked_on_comes_again_and_only_after_it_is_done()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        await TakeAsync(queue);
        queue.Add("a");
        Assert.Null(await TakeAsync(queue));

        queue.Done("a");

        Assert.Equal("a", await TakeAsync(queue));
        queue.Done("a");
        Assert.Null(await TakeAsync(queue));
    }

    [Fact]
    public async Task Of_two_delays_the_earlier_counts_and_the_key_comes_once()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(3));
        queue.AddAfter("a", TimeSpan.FromSeconds(20));

        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Null(await TakeAsync(queue));
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal("a", await TakeAsync(queue));
        queue.Done("a");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await TakeAsync(queue));
    }

    [Theory]
    [InlineData(1, 0.005)]
    [InlineData(2, 0.010)]
    [InlineData(5, 0.080)]
    [InlineData(18, 655.36)]
    [InlineData(19, 1000)]
    [InlineData(80, 1000)]
    public void A_failing_keys_pause_doubles_from_five_milliseconds_up_to_a_thousand_seconds(int failures, double seconds)
    {
        var backoff = new RequeueBackoff<string>(new RequeueBackoffOptions(), _time);
        var pause = TimeSpan.Zero;
        for (var i = 0; i < failures; i++)
        {
            pause = backoff.Next("a");
        }

        Assert.Equal(seconds, pause.TotalSeconds, 6);
    }

    [Fact]
    public void Many_failing_keys_share_ten_tries_a_second_after_the_first_hundred()
    {
        var backoff = new RequeueBackoff<int>(new RequeueBackoffOptions(), _time);

        var pauses = Enumerable.Range(0, 150).Select(backoff.Next).ToList();

        Assert.All(pauses.Take(100), pause => Assert.Equal(0.005, pause.TotalSeconds, 6));
        Assert.Equal(5.0, pauses[^1].TotalSeconds, 6);
    }

    [Fact]
    public void A_key_that_is_forgotten_starts_over()
    {
        var backoff = new RequeueBackoff<string>(new RequeueBackoffOptions(), _time);
        backoff.Next("a");
        backoff.Next("a");

        backoff.Forget("a");

        Assert.Equal(0, backoff.Failures("a"));
        Assert.Equal(0.005, backoff.Next("a").TotalSeconds, 6);
    }

    /// <summary>
    /// Against a model: whatever is done in whatever order, a key that was added is taken afterwards (never lost), never by two
    /// at a time, and never more often than it was added.
    /// </summary>
    [Fact]
    public void No_key_is_lost_doubled_or_handed_to_two_workers()
    {
        var operation = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[1, 2000]);
        operation.List[1, 60].Sample(steps =>
        {
            var time = new FakeTimeProvider();
            using var queue = new WorkQueue<int>(time);
            var owed = new HashSet<int>();
            var working = new HashSet<int>();
            var delayed = new Dictionary<int, DateTimeOffset>();

            void PassTime(TimeSpan span)
            {
                time.Advance(span);
                foreach (var key in delayed.Where(entry => entry.Value <= time.GetUtcNow()).Select(entry => entry.Key).ToList())
                {
                    delayed.Remove(key);
                    owed.Add(key);
                }
            }

            void Take()
            {
                var expected = owed.Except(working).Count();
                Assert.Equal(expected, queue.Depth);
                if (expected > 0)
                {
                    var key = queue.TakeAsync(CancellationToken.None).GetAwaiter().GetResult();
                    Assert.Contains(key, owed);
                    Assert.True(working.Add(key), $"key {key} was handed to two workers");
                    owed.Remove(key);
                }
            }

            foreach (var (kind, key, milliseconds) in steps)
            {
                var span = TimeSpan.FromMilliseconds(milliseconds);
                switch (kind)
                {
                    case 0:
                        queue.Add(key);
                        owed.Add(key);
                        break;
                    case 1:
                        queue.AddAfter(key, span);
                        var at = time.GetUtcNow() + span;
                        delayed[key] = delayed.TryGetValue(key, out var set) && set < at ? set : at;
                        break;
                    case 2:
                        Take();
                        break;
                    case 3 when working.Count > 0:
                        var done = working.First();
                        queue.Done(done);
                        working.Remove(done);
                        break;
                    case 4:
                        PassTime(span);
                        break;
                }
            }

            foreach (var key in working.ToList())
            {
                queue.Done(key);
                working.Remove(key);
            }

            PassTime(TimeSpan.FromSeconds(3));
            while (owed.Count > 0)
            {
                Take();
                foreach (var key in working.ToList())
                {
                    queue.Done(key);
                    working.Remove(key);
                }
            }

            Assert.Equal(0, queue.Depth);
        });
    }

    /// <summary>The next key, or null where none is ready: with this clock nothing becomes ready by itself.</summary>
    private static async Task<string?> TakeAsync(WorkQueue<string> queue)
    {
        return queue.Depth == 0 ? null : await queue.TakeAsync(TestContext.Current.CancellationToken);
    }
}
