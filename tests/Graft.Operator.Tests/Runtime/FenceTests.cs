using Graft.Operator.Runtime;
using k8s.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Xunit;

namespace Graft.Operator.Tests.Runtime;

/// <summary>What may be sent, and when, by a client that is fenced by a lease.</summary>
public sealed class FenceTests
{
    private static readonly LeaderElectionOptions Election = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public static TheoryData<string> Writes => ["POST", "PUT", "PATCH", "DELETE"];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_that_waits_for_the_servers_pause_is_not_sent_once_the_lease_is_gone(string method)
    {
        await using var server = await LocalServer.StartAsync();
        server.Answer = Busy;
        using var client = server.Client(_time);
        var lease = new Lease { Remaining = TimeSpan.FromSeconds(15) };

        var sending = client.FencedBy(lease).SendAsync(
            new HttpMethod(method), "x", "{}", cancellationToken: TestContext.Current.CancellationToken);
        await Eventually(() => server.Requests.Count == 1);
        lease.Remaining = TimeSpan.Zero;

        await Assert.ThrowsAsync<NotLeadingException>(() => Advance(sending));
        Assert.Single(server.Requests);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_that_waits_for_its_token_is_not_sent_once_the_lease_is_gone(string method)
    {
        await using var server = await LocalServer.StartAsync();
        using var client = server.Client(_time, new ApiClientOptions { QueriesPerSecond = 0.1, Burst = 1 });
        var lease = new Lease { Remaining = TimeSpan.FromSeconds(15) };
        var fenced = client.FencedBy(lease);
        using var first = await fenced.SendAsync(HttpMethod.Get, "x", cancellationToken: TestContext.Current.CancellationToken);

        var sending = fenced.SendAsync(new HttpMethod(method), "x", "{}", cancellationToken: TestContext.Current.CancellationToken);
        lease.Remaining = TimeSpan.Zero;

        await Assert.ThrowsAsync<NotLeadingException>(() => Advance(sending));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Reading_needs_no_lease_and_neither_does_the_client_without_a_fence()
    {
        await using var server = await LocalServer.StartAsync();
        using var client = server.Client(_time);

        using var read = await client.FencedBy(new Lease()).SendAsync(
            HttpMethod.Get, "x", cancellationToken: TestContext.Current.CancellationToken);
        using var written = await client.SendAsync(HttpMethod.Post, "x", "{}", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["GET /x", "POST /x"], server.Requests);
    }

    [Fact]
    public async Task A_write_takes_no_longer_than_the_lease_here_and_at_the_server()
    {
        await using var server = await LocalServer.StartAsync();
        server.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var client = server.Client(_time);
        var lease = new Lease { Remaining = TimeSpan.FromSeconds(7) };

        var sending = client.FencedBy(lease).SendAsync(
            HttpMethod.Patch, "x?a=b", "{}", cancellationToken: TestContext.Current.CancellationToken);
        await Eventually(() => server.Requests.Count == 1);
        _time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(sending.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        await Assert.ThrowsAsync<TimeoutException>(() => sending);
        Assert.Equal("PATCH /x?a=b&timeout=7000ms", Assert.Single(server.Requests));
    }

    [Fact]
    public async Task The_lease_is_held_to_its_deadline_by_whichever_clock_went_further()
    {
        await using var server = await LocalServer.StartAsync();
        var store = new ObjectStore();
        server.Answer = store.AnswerAsync;
        using var client = server.Client(_time);
        var elector = new LeaderElector(
            new ResourceClient<V1Lease>(client),
            new ObjectKey("team", "lease"),
            "me",
            Election,
            new RuntimeMetrics(Metrics.NewCustomRegistry()),
            _time,
            NullLogger.Instance);
        Assert.Equal(TimeSpan.Zero, elector.Remaining);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var leading = elector.RunAsync(
            token => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default), stop.Token);
        await Eventually(() => elector.Remaining == Election.LeaseDuration);
        store.IsDown = true;
        _time.Advance(Election.RenewDeadline - TimeSpan.FromSeconds(1));
        Assert.Equal(Election.LeaseDuration - Election.RenewDeadline + TimeSpan.FromSeconds(1), elector.Remaining);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, elector.Remaining);

        Assert.True(await Advance(leading));
    }

    [Fact]
    public async Task A_machine_that_slept_does_not_lead_although_its_monotonic_clock_stood_still()
    {
        await using var server = await LocalServer.StartAsync();
        server.Answer = new ObjectStore().AnswerAsync;
        using var client = server.Client(TimeProvider.System);
        var clock = new SleepyClock();
        var elector = new LeaderElector(
            new ResourceClient<V1Lease>(client),
            new ObjectKey("team", "lease"),
            "me",
            Election,
            new RuntimeMetrics(Metrics.NewCustomRegistry()),
            clock,
            NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var leading = elector.RunAsync(
            token => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default), stop.Token);
        await Eventually(() => elector.Remaining == Election.LeaseDuration);

        clock.Slept = TimeSpan.FromMinutes(1);
        Assert.Equal(TimeSpan.Zero, elector.Remaining);
        clock.Slept = TimeSpan.FromMinutes(-1);
        Assert.Equal(Election.LeaseDuration, elector.Remaining);

        await stop.CancelAsync();
        Assert.False(await leading);
    }

    private static Task Busy(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = "20";
        return Task.CompletedTask;
    }

    /// <summary>Lets the test's clock run until something has ended.</summary>
    private async Task<T> Advance<T>(Task<T> task)
    {
        await Eventually(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return task.IsCompleted;
        });
        return await task;
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 6000, "It did not come to pass.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Lease : ILeadership
    {
        public TimeSpan Remaining { get; set; }
    }

    /// <summary>A clock whose monotonic part stands still; the other one moves by what the machine has slept.</summary>
    private sealed class SleepyClock : TimeProvider
    {
        private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public TimeSpan Slept { get; set; }

        public override long GetTimestamp()
        {
            return 0;
        }

        public override DateTimeOffset GetUtcNow()
        {
            return Start + Slept;
        }

        public override System.Threading.ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
