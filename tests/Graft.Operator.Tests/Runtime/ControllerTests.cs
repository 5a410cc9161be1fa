using System.Collections.Concurrent;
using System.Net;
using Graft.Operator.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Xunit;

namespace Graft.Operator.Tests.Runtime;

/// <summary>What becomes of a reconciliation that fails.</summary>
public sealed class ControllerTests
{
    private static readonly ApiException Invalid = new(HttpStatusCode.UnprocessableEntity, "Invalid", "spec.x: too long");
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly Lines _log = new();

    public static TheoryData<Exception, string?> Failures => new()
    {
        { new InvalidOperationException("oh"), "InvalidOperationException: oh" },
        { Invalid, "spec.x: too long" },
        { new ApiException(HttpStatusCode.Forbidden, "Forbidden", "no"), "no" },
        { new ApiException(HttpStatusCode.Conflict, "NameTaken", "taken"), "taken" },
        { new ToldException(Invalid), null },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_does_not_pass_is_told_and_tried_again_slowly_without_noise(Exception failure, string? told)
    {
        var tries = await RunAsync(failure, TimeSpan.FromSeconds(60));

        Assert.InRange(tries, 3, 5);
        Assert.Equal(told is null ? [] : [told], _told.Distinct());
        Assert.Equal(tries, _log.All.Count);
        Assert.All(_log.All, line => Assert.Contains(failure.Message, line, StringComparison.Ordinal));
        Assert.Equal(failure is InvalidOperationException ? 1 : 0, _log.Traces);
    }

    public static TheoryData<Exception> Passing =>
    [
        new HttpRequestException("down"),
        new TimeoutException("slow"),
        new ApiException(HttpStatusCode.ServiceUnavailable, "", "later"),
        new ApiException(HttpStatusCode.Conflict, "Conflict", "changed"),
    ];

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_passes_by_itself_is_tried_again_soon_and_not_told(Exception failure)
    {
        var tries = await RunAsync(failure, TimeSpan.FromSeconds(1));

        Assert.InRange(tries, 5, 12);
        Assert.Empty(_told);
        Assert.Equal(0, _log.Traces);
    }

    [Fact]
    public async Task Not_being_able_to_tell_stops_nothing()
    {
        var tries = await RunAsync(
            Invalid, TimeSpan.FromSeconds(60), tell: _ => throw new ApiException(HttpStatusCode.NotFound, "NotFound", "gone"));

        Assert.InRange(tries, 3, 5);
    }

    /// <summary>Lets a controller fail for so long; returns how often it has tried.</summary>
    private async Task<int> RunAsync(Exception failure, TimeSpan length, Action<string>? tell = null)
    {
        var tries = 0;
        var idle = new SemaphoreSlim(0);
        var metrics = new RuntimeMetrics(Metrics.NewCustomRegistry());
        using var queue = new WorkQueue<string>(_time, observer: new Idle(idle));
        var controller = new Controller<string>(
            "test",
            queue,
            (_, _) =>
            {
                tries++;
                throw failure;
            },
            metrics,
            _log,
            (_, what, _) =>
            {
                _told.Enqueue(what);
                tell?.Invoke(what);
                return Task.CompletedTask;
            });
        using var stop = new CancellationTokenSource();
        var running = controller.RunAsync(1, stop.Token);
        queue.Add("a");
        var until = _time.GetUtcNow() + length;
        await idle.WaitAsync(TestContext.Current.CancellationToken);
        while (_time.GetUtcNow() < until)
        {
            var before = tries;
            _time.Advance(TimeSpan.FromMilliseconds(5));
            // A key that has become due is worked on before the clock goes on.
            if (queue.Depth > 0 || queue.Unfinished.Count > 0 || tries != before)
            {
                await idle.WaitAsync(TestContext.Current.CancellationToken);
            }
        }

        await stop.CancelAsync();
        await running;
        return tries;
    }

    /// <summary>Signals each time that a key is given back.</summary>
    private sealed class Idle(SemaphoreSlim signal) : IQueueObserver
    {
        public void Added()
        {
        }

        public void Retried()
        {
        }

        public void Taken(TimeSpan waited)
        {
        }

        public void Finished(TimeSpan worked)
        {
            signal.Release();
        }
    }

    private sealed class Lines : ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public int Traces { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            return null;
        }

        public bool IsEnabled(LogLevel logLevel)
        {
            return true;
        }

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Traces += exception is null ? 0 : 1;
            if (logLevel >= LogLevel.Information)
            {
                All.Enqueue(formatter(state, exception));
            }
        }
    }
}
