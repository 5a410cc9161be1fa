using Graft.Tracking.Spool;

namespace Graft.Tracking.Rest;

/// <summary>Runs the delivery in the background: gathers, sends, waits after failures, tells when trouble begins and ends.</summary>
internal sealed class MlflowWorker : IAsyncDisposable
{
    // A 500 can pass (a locked database); after so many in a row it is the entry.
    private const int MaxFaults = 5;

    private readonly MlflowDelivery delivery;
    private readonly EventSpool spool;
    private readonly TrackingOptions options;
    private readonly Problems problems;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource finishing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim appended = new(0, 1);
    private readonly Task loop;
    private string? trouble;

    public MlflowWorker(MlflowDelivery delivery, EventSpool spool, TrackingOptions options, Problems problems, TimeProvider clock)
    {
        this.delivery = delivery;
        this.spool = spool;
        this.options = options;
        this.problems = problems;
        this.clock = clock;
        loop = Task.Run(LoopAsync);
    }

    /// <summary>Says that something waits in the spool. Never blocks.</summary>
    public void Wake()
    {
        try
        {
            appended.Release();
        }
        catch (SemaphoreFullException)
        {
            // Awake already.
        }
    }

    /// <summary>Waits until all is delivered, or until the time is over. Returns why something is left, or null.</summary>
    public async Task<string?> FinishAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        finishing.TrySetResult();
        Wake();
        try
        {
            await loop.WaitAsync(timeout, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
        {
            await StopAsync().ConfigureAwait(false);
        }

        return trouble;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        stop.Dispose();
        appended.Dispose();
    }

    private async Task StopAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
    }

    private async Task LoopAsync()
    {
        try
        {
            while (!finishing.Task.IsCompleted)
            {
                await appended.WaitAsync(stop.Token).ConfigureAwait(false);
                await PauseAsync(options.FlushInterval).ConfigureAwait(false);
                if (!await DrainAsync().ConfigureAwait(false))
                {
                    return;
                }
            }

            await DrainAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The rest stays in the spool.
        }
    }

    /// <summary>Delivers all that waits, however long it takes; false when the server will never take it.</summary>
    private async Task<bool> DrainAsync()
    {
        var failures = 0;
        var faults = 0;
        while (true)
        {
            try
            {
                spool.Sync();
                var advanced = await delivery.AdvanceAsync(giveUpFaults: faults >= MaxFaults, stop.Token).ConfigureAwait(false);
                Recovered();
                if (!advanced)
                {
                    return true;
                }

                failures = faults = 0;
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                // Whatever it is (an odd answer, a full disk), it must reach neither the training nor the end of the delivery.
                Failed(fault.Message);
                var known = fault as MlflowException;
                if (known?.Failure == MlflowFailure.RunDeleted)
                {
                    return false;
                }

                failures++;
                faults = known?.Failure == MlflowFailure.ServerFault ? faults + 1 : 0;
                var delay = RetryPolicy.Delay(failures, known?.RetryAfter, finishing.Task.IsCompleted, Random.Shared.NextDouble());
                await PauseAsync(delay).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits, but no longer than until the run finishes: then a person waits.</summary>
    private async Task PauseAsync(TimeSpan time)
    {
        if (finishing.Task.IsCompleted)
        {
            await Task.Delay(time, clock, stop.Token).ConfigureAwait(false);
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        await Task.WhenAny(Task.Delay(time, clock, enough.Token), finishing.Task).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        stop.Token.ThrowIfCancellationRequested();
    }

    private void Failed(string message)
    {
        if (trouble != message)
        {
            trouble = message;
            problems.Tell($"{message}. Training goes on; the record waits in '{spool.Path}'.");
        }
    }

    private void Recovered()
    {
        if (trouble is not null)
        {
            trouble = null;
            problems.Tell("MLflow takes the record again.");
        }
    }
}
