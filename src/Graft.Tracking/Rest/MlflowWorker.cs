using Graft.Tracking.Spool;

namespace Graft.Tracking.Rest;

/// <summary>Runs the delivery in the background: gathers, sends, waits after failures, tells when trouble begins and ends.</summary>
internal sealed class MlflowWorker : IAsyncDisposable
{
    // A 500 can pass (a locked database); after so many in a row it is the entry.
    private const int MaxFaults = 5;

    private readonly MlflowDelivery _delivery;
    private readonly EventSpool _spool;
    private readonly TrackingOptions _options;
    private readonly Problems _problems;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _finishing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _appended = new(0, 1);
    private readonly Task _loop;
    private string? _trouble;

    public MlflowWorker(MlflowDelivery delivery, EventSpool spool, TrackingOptions options, Problems problems, TimeProvider time)
    {
        _delivery = delivery;
        _spool = spool;
        _options = options;
        _problems = problems;
        _time = time;
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Says that something waits in the spool. Never blocks.</summary>
    public void Wake()
    {
        try
        {
            _appended.Release();
        }
        catch (SemaphoreFullException)
        {
            // Awake already.
        }
    }

    /// <summary>Waits until all is delivered, or until the time is over. Returns why something is left, or null.</summary>
    public async Task<string?> FinishAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _finishing.TrySetResult();
        Wake();
        try
        {
            await _loop.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            await StopAsync().ConfigureAwait(false);
        }

        return _trouble;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
        _appended.Dispose();
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
    }

    private async Task LoopAsync()
    {
        try
        {
            while (!_finishing.Task.IsCompleted)
            {
                await _appended.WaitAsync(_stop.Token).ConfigureAwait(false);
                await PauseAsync(_options.FlushInterval).ConfigureAwait(false);
                if (!await DrainAsync().ConfigureAwait(false))
                {
                    return;
                }
            }

            await DrainAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
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
                _spool.Sync();
                var advanced = await _delivery.AdvanceAsync(giveUpFaults: faults >= MaxFaults, _stop.Token).ConfigureAwait(false);
                Recovered();
                if (!advanced)
                {
                    return true;
                }

                failures = faults = 0;
            }
            catch (Exception error) when (!_stop.IsCancellationRequested)
            {
                // Whatever it is (an odd answer, a full disk), it must reach neither the training nor the end of the delivery.
                Failed(error.Message);
                var known = error as MlflowException;
                if (known?.Failure == MlflowFailure.RunDeleted)
                {
                    return false;
                }

                failures++;
                faults = known?.Failure == MlflowFailure.ServerFault ? faults + 1 : 0;
                var delay = RetryPolicy.Delay(failures, known?.RetryAfter, _finishing.Task.IsCompleted, Random.Shared.NextDouble());
                await PauseAsync(delay).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits, but no longer than until the run finishes: then a person waits.</summary>
    private async Task PauseAsync(TimeSpan time)
    {
        if (_finishing.Task.IsCompleted)
        {
            await Task.Delay(time, _time, _stop.Token).ConfigureAwait(false);
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(Task.Delay(time, _time, enough.Token), _finishing.Task).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }

    private void Failed(string message)
    {
        if (_trouble != message)
        {
            _trouble = message;
            _problems.Tell($"{message}. Training goes on; the record waits in '{_spool.Path}'.");
        }
    }

    private void Recovered()
    {
        if (_trouble is not null)
        {
            _trouble = null;
            _problems.Tell("MLflow takes the record again.");
        }
    }
}
